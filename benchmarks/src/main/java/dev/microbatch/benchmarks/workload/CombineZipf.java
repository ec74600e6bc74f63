package dev.microbatch.benchmarks.workload;

import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;

/**
 * Combine.perKey where some keys are far more frequent than others.
 *
 * @param size how many records
 */
record CombineZipf(long size) implements Workload, PlainJava {

  private static final int KEYS = 100_000;

  @Override
  public String name() {
    return "B3";
  }

  @Override
  public String description() {
    return "Combine.perKey (sum), " + KEYS + " keys, Zipf";
  }

  @Override
  public void build(Pipeline pipeline) {
    pipeline
        .apply(GenerateSequence.from(0).to(size))
        .apply("Key", ParDo.of(new KeyFn()))
        .apply(Combine.perKey(Sum.ofLongs()))
        .apply(Tally.of((sum, timestamp) -> Numbers.digest(sum)));
  }

  @Override
  public Outcome expected() {
    return LongSums.of(0, size, Keys::key).outcome();
  }

  @Override
  public Outcome runPlain(int threads) {
    List<LongSums> parts =
        Parallel.run(size, threads, (from, to) -> LongSums.of(from, to, Keys::key));
    return parts.stream().reduce(LongSums::merge).orElseThrow().outcome();
  }

  /** The keys, drawn once per JVM. */
  private static final class Keys {
    private static final Zipf ZIPF = new Zipf(KEYS);

    static long key(long number) {
      return ZIPF.rank(number);
    }
  }

  private static final class KeyFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      out.output(KV.of(Keys.key(number), number));
    }
  }
}
