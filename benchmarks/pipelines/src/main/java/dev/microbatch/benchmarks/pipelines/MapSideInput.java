package dev.microbatch.benchmarks.pipelines;

import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollectionView;

/**
 * A look-up per record in a map that is a side input.
 *
 * @param sizes how many records, and how many keys the map has
 */
record MapSideInput(Sizes sizes) implements Workload, PlainJava {

  @Override
  public String name() {
    return "B9";
  }

  @Override
  public String description() {
    return "look-up in a map side input of " + sizes.keys() + " entries";
  }

  @Override
  public long size() {
    return sizes.records();
  }

  private static long entry(long key) {
    return key * 7;
  }

  @Override
  public void build(Pipeline pipeline) {
    PCollectionView<Map<Long, Long>> map =
        pipeline
            .apply("Entries", GenerateSequence.from(0).to(sizes.keys()))
            .apply("Entry", ParDo.of(new EntryFn()))
            .apply(View.asMap());
    pipeline
        .apply("Records", GenerateSequence.from(0).to(size()))
        .apply("LookUp", ParDo.of(new LookUpFn(map, sizes)).withSideInputs(map))
        .apply(Tally.of((pair, timestamp) -> Numbers.digest(pair)));
  }

  @Override
  public Outcome expected() {
    Outcome outcome = Outcome.EMPTY;
    for (long number = 0; number < size(); number++) {
      long found = entry(sizes.key(number));
      outcome = outcome.plus(Outcome.of(Numbers.digest(number, found)));
    }
    return outcome;
  }

  @Override
  public Outcome runPlain(int threads) {
    LongIndex keys = new LongIndex();
    long[] entries = new long[sizes.keys()];
    for (long key = 0; key < sizes.keys(); key++) {
      entries[keys.add(key)] = entry(key);
    }
    return Exchange.run(size(), threads, () -> new Worker(sizes, keys, entries));
  }

  /** Looks up where the record is: the map is there for all threads, nothing is sent. */
  private static final class Worker extends HandWorker {
    private final Sizes sizes;
    private final LongIndex keys;
    private final long[] entries;
    private long count;
    private long checksum;

    Worker(Sizes sizes, LongIndex keys, long[] entries) {
      this.sizes = sizes;
      this.keys = keys;
      this.entries = entries;
    }

    @Override
    void generate(long number) {
      count++;
      checksum += Numbers.digest(number, entries[keys.find(sizes.key(number))]);
    }

    @Override
    void receive(long key, long value, long time, Object payload) {
      throw new IllegalStateException("nothing is sent");
    }

    @Override
    Outcome finish() {
      return new Outcome(count, checksum);
    }
  }

  private static final class EntryFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Long key, OutputReceiver<KV<Long, Long>> out) {
      out.output(KV.of(key, entry(key)));
    }
  }

  private static final class LookUpFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<Map<Long, Long>> map;
    private final Sizes sizes;

    LookUpFn(PCollectionView<Map<Long, Long>> map, Sizes sizes) {
      this.map = map;
      this.sizes = sizes;
    }

    @ProcessElement
    public void process(ProcessContext c) {
      Map<Long, Long> found = c.sideInput(map);
      c.output(KV.of(c.element(), found.get(sizes.key(c.element()))));
    }
  }
}
