package dev.microbatch.benchmarks.pipelines;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;

/**
 * GroupByKey of byte arrays: every value has to be kept.
 *
 * @param sizes how many records and keys
 */
record GroupBytes(Sizes sizes) implements Workload, PlainJava {

  private static final int VALUE_BYTES = 100;

  @Override
  public String name() {
    return "B2";
  }

  @Override
  public String description() {
    return "GroupByKey of " + VALUE_BYTES + "-byte values, " + sizes.keys() + " keys";
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
        .apply(GroupByKey.create())
        .apply(Tally.of((group, timestamp) -> digest(group)));
  }

  private static byte[] value(long number) {
    byte[] value = new byte[VALUE_BYTES];
    ByteBuffer.wrap(value).putLong(number);
    return value;
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
    for (long number = 0; number < size(); number++) {
      long key = sizes.key(number);
      seen.set((int) key);
      checksum += Numbers.digest(key, number);
    }
    return new Outcome(seen.cardinality(), checksum);
  }

  @Override
  public Outcome runPlain(int threads) {
    return Exchange.runWithPayloads(size(), threads, () -> new Worker(sizes));
  }

  private static final class Worker extends HandWorker {
    private final LongIndex keys = new LongIndex();
    private final List<List<byte[]>> groups = new ArrayList<>();
    private final Sizes sizes;

    Worker(Sizes sizes) {
      this.sizes = sizes;
    }

    @Override
    void generate(long number) {
      send(sizes.key(number), value(number));
    }

    @Override
    void receive(long key, long value, long time, Object bytes) {
      int index = keys.add(key);
      if (index == groups.size()) {
        groups.add(new ArrayList<>(2));
      }
      groups.get(index).add((byte[]) bytes);
    }

    @Override
    Outcome finish() {
      long checksum = 0;
      for (int index = 0; index < keys.size(); index++) {
        for (byte[] value : groups.get(index)) {
          checksum += Numbers.digest(keys.key(index), ByteBuffer.wrap(value).getLong());
        }
      }
      return new Outcome(keys.size(), checksum);
    }
  }

  private static final class KeyFn extends DoFn<Long, KV<Long, byte[]>> {
    private static final long serialVersionUID = 1L;
    private final Sizes sizes;

    KeyFn(Sizes sizes) {
      this.sizes = sizes;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, byte[]>> out) {
      out.output(KV.of(sizes.key(number), value(number)));
    }
  }
}
