package dev.microbatch.runner.differential;

import java.util.List;
import org.apache.beam.sdk.transforms.Redistribute;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/** Steps that only move records from one partition to another. */
final class ShuffleSteps {

  private ShuffleSteps() {}

  /** Ways to move. */
  enum Kind {
    RESHUFFLE_BY_KEY,
    RESHUFFLE,
    REDISTRIBUTE_BY_KEY,
    REDISTRIBUTE
  }

  /** Moves records. */
  record Shuffle(Kind kind) implements Step {
    @Override
    public Traits traits(List<Traits> inputs) {
      return inputs.get(0);
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      PCollection<KV<String, Long>> input = inputs.get(0);
      return switch (kind) {
        case RESHUFFLE_BY_KEY -> input.apply(Reshuffle.of());
        case RESHUFFLE -> input.apply(Reshuffle.viaRandomKey());
        case REDISTRIBUTE_BY_KEY -> input.apply(Redistribute.byKey());
        case REDISTRIBUTE -> input.apply(Redistribute.arbitrarily());
      };
    }
  }
}
