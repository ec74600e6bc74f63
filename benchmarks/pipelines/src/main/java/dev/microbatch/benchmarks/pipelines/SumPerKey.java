package dev.microbatch.benchmarks.pipelines;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;

/**
 * Sum.longsPerKey with keys that are equally frequent.
 *
 * @param size how many records
 * @param keys how many keys
 */
record SumPerKey(long size, int keys) implements Workload {

  @Override
  public String name() {
    return "sum";
  }

  @Override
  public String description() {
    return "Sum.longsPerKey, " + keys + " keys";
  }

  @Override
  public void build(Pipeline pipeline) {
    pipeline
        .apply(GenerateSequence.from(0).to(size))
        .apply("Key", ParDo.of(new KeyFn(keys)))
        .apply(Sum.longsPerKey())
        .apply(Tally.of((sum, timestamp) -> Numbers.digest(sum)));
  }

  @Override
  public Outcome expected() {
    return LongSums.of(0, size, number -> Numbers.below(number, keys)).outcome();
  }

  private static final class KeyFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final int keys;

    KeyFn(int keys) {
      this.keys = keys;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      out.output(KV.of(Numbers.below(number, keys), number));
    }
  }
}
