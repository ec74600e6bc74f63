package dev.microbatch.benchmarks.workload;

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
 * @param size how many records
 * @param entries how many entries the map has
 */
record MapSideInput(long size, int entries) implements Workload {

  @Override
  public String name() {
    return "B9";
  }

  @Override
  public String description() {
    return "look-up in a map side input of " + entries + " entries";
  }

  private static long entry(long key) {
    return key * 7;
  }

  @Override
  public void build(Pipeline pipeline) {
    PCollectionView<Map<Long, Long>> map =
        pipeline
            .apply("Entries", GenerateSequence.from(0).to(entries))
            .apply("Entry", ParDo.of(new EntryFn()))
            .apply(View.asMap());
    pipeline
        .apply("Records", GenerateSequence.from(0).to(size))
        .apply("LookUp", ParDo.of(new LookUpFn(map, entries)).withSideInputs(map))
        .apply(Tally.of((pair, timestamp) -> Numbers.digest(pair)));
  }

  @Override
  public Outcome expected() {
    Outcome outcome = Outcome.EMPTY;
    for (long number = 0; number < size; number++) {
      long found = entry(Numbers.below(number, entries));
      outcome = outcome.plus(Outcome.of(Numbers.digest(number, found)));
    }
    return outcome;
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
    private final int entries;

    LookUpFn(PCollectionView<Map<Long, Long>> map, int entries) {
      this.map = map;
      this.entries = entries;
    }

    @ProcessElement
    public void process(ProcessContext c) {
      Map<Long, Long> found = c.sideInput(map);
      c.output(KV.of(c.element(), found.get(Numbers.below(c.element(), entries))));
    }
  }
}
