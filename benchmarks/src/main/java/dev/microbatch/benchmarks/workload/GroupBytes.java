package dev.microbatch.benchmarks.workload;

import java.nio.ByteBuffer;
import java.util.BitSet;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;

/**
 * GroupByKey of byte arrays: every value has to be kept.
 *
 * @param size how many records
 * @param keys how many keys
 */
record GroupBytes(long size, int keys) implements Workload {

  private static final int VALUE_BYTES = 100;

  @Override
  public String name() {
    return "B2";
  }

  @Override
  public String description() {
    return "GroupByKey of " + VALUE_BYTES + "-byte values, " + keys + " keys";
  }

  @Override
  public void build(Pipeline pipeline) {
    pipeline
        .apply(GenerateSequence.from(0).to(size))
        .apply("Key", ParDo.of(new KeyFn(keys)))
        .apply(GroupByKey.create())
        .apply(Tally.of((group, timestamp) -> digest(group)));
  }

  private static long digest(KV<Long, Iterable<byte[]>> group) {
    long digest = 0;
    for (byte[] value : group.getValue()) {
      digest += Numbers.digest(group.getKey(), ByteBuffer.wrap(value).getLong());
    }
    return digest;
  }

  @Override
  public Outcome expected() {
    BitSet seen = new BitSet();
    long checksum = 0;
    for (long number = 0; number < size; number++) {
      long key = Numbers.below(number, keys);
      seen.set((int) key);
      checksum += Numbers.digest(key, number);
    }
    return new Outcome(seen.cardinality(), checksum);
  }

  private static final class KeyFn extends DoFn<Long, KV<Long, byte[]>> {
    private static final long serialVersionUID = 1L;
    private final int keys;

    KeyFn(int keys) {
      this.keys = keys;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, byte[]>> out) {
      byte[] value = new byte[VALUE_BYTES];
      ByteBuffer.wrap(value).putLong(number);
      out.output(KV.of(Numbers.below(number, keys), value));
    }
  }
}
