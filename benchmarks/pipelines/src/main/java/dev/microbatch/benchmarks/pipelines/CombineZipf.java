package dev.microbatch.benchmarks.pipelines;

import java.util.Arrays;
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
 * @param sizes how many records and keys
 */
record CombineZipf(Sizes sizes) implements Workload, PlainJava {

  @Override
  public String name() {
    return "B3";
  }

  @Override
  public String description() {
    return "Combine.perKey (sum), " + sizes.keys() + " keys, Zipf";
  }

  @Override
  public long size() {
    return sizes.records();
  }

  @Override
  public void build(Pipeline pipeline) {
    pipeline
        .apply(GenerateSequence.from(0).to(size()))
        .apply("Key", ParDo.of(new KeyFn(sizes)))
        .apply(Combine.perKey(Sum.ofLongs()))
        .apply(Tally.of((sum, timestamp) -> Numbers.digest(sum)));
  }

  @Override
  public Outcome expected() {
    return LongSums.of(0, size(), new Keys(sizes)::key).outcome();
  }

  @Override
  public Outcome runPlain(int threads) {
    Keys keys = new Keys(sizes);
    return Exchange.run(size(), threads, () -> new Worker(keys));
  }

  /** The keys, drawn once per JVM and number of keys. */
  private static final class Keys {
    private final Sizes sizes;
    private final Zipf zipf;

    Keys(Sizes sizes) {
      this.sizes = sizes;
      this.zipf = Zipf.of(sizes.keys());
    }

    long key(long number) {
      return zipf.rank(sizes.draw(number));
    }
  }

  private static final class Worker extends HandWorker {
    private final LongIndex index = new LongIndex();
    private long[] sums = new long[1 << 10];
    private final Keys keys;

    Worker(Keys keys) {
      this.keys = keys;
    }

    @Override
    void generate(long number) {
      send(keys.key(number), number, 0);
    }

    @Override
    void receive(long key, long value, long time, Object payload) {
      int at = index.add(key);
      if (at == sums.length) {
        sums = Arrays.copyOf(sums, 2 * at);
      }
      sums[at] += value;
    }

    @Override
    Outcome finish() {
      long checksum = 0;
      for (int at = 0; at < index.size(); at++) {
        checksum += Numbers.digest(index.key(at), sums[at]);
      }
      return new Outcome(index.size(), checksum);
    }
  }

  static final class KeyFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final Sizes sizes;
    private transient Keys keys;

    KeyFn(Sizes sizes) {
      this.sizes = sizes;
    }

    @Setup
    public void setup() {
      keys = new Keys(sizes);
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      out.output(KV.of(keys.key(number), number));
    }
  }
}
