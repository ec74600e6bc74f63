package dev.microbatch.benchmarks.pipelines;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * Ten MapElements in a row over longs: what it costs to pass a record from step to step.
 *
 * @param name the name of this size
 * @param size how many longs
 */
record Maps(String name, long size) implements Workload {

  private static final int STEPS = 10;

  @Override
  public String description() {
    return "ten MapElements over longs";
  }

  @Override
  public void build(Pipeline pipeline) {
    PCollection<Long> numbers = pipeline.apply(GenerateSequence.from(0).to(size));
    for (int step = 1; step <= STEPS; step++) {
      long add = step;
      numbers =
          numbers.apply(
              "Add" + step,
              MapElements.into(TypeDescriptors.longs()).via((Long number) -> number + add));
    }
    numbers.apply(Tally.of((number, timestamp) -> number));
  }

  @Override
  public Outcome expected() {
    long added = (long) STEPS * (STEPS + 1) / 2;
    return new Outcome(size, size * (size - 1) / 2 + size * added);
  }
}
