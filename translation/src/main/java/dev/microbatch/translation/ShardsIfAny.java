package dev.microbatch.translation;

import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.joda.time.Duration;

/**
 * The number of files of a write in the global window: one if there is nothing to write, otherwise
 * a fixed number. That is known with the first record, so that the others need not wait.
 *
 * @param <T> the type of the records
 */
final class ShardsIfAny<T> extends PTransform<PCollection<T>, PCollectionView<Integer>> {

  private static final long serialVersionUID = 1L;

  private final int shards;

  ShardsIfAny(int shards) {
    this.shards = shards;
  }

  @Override
  public PCollectionView<Integer> expand(PCollection<T> records) {
    return records
        .apply("OfFirst", ParDo.of(new OfFirst<>(shards)))
        .setCoder(VarIntCoder.of())
        .apply(
            "AtOnce",
            Window.<Integer>configure()
                .triggering(Repeatedly.forever(AfterPane.elementCountAtLeast(1)))
                .accumulatingFiredPanes() // the last pane comes at the end, and must not forget
                .withAllowedLateness(Duration.ZERO))
        .apply("OrOne", Combine.globally(new AtLeastOne()).asSingletonView());
  }

  /** Outputs the number once in its life, whatever comes. */
  private static final class OfFirst<T> extends DoFn<T, Integer> {
    private static final long serialVersionUID = 1L;

    private final int shards;
    private transient boolean done;

    OfFirst(int shards) {
      this.shards = shards;
    }

    @ProcessElement
    public void process(OutputReceiver<Integer> out) {
      if (!done) {
        done = true;
        out.output(shards);
      }
    }
  }

  private static final class AtLeastOne extends Combine.BinaryCombineIntegerFn {
    private static final long serialVersionUID = 1L;

    @Override
    public int apply(int left, int right) {
      return Math.max(left, right);
    }

    @Override
    public int identity() {
      return 1;
    }
  }
}
