package dev.microbatch.benchmarks.workload;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TupleTag;

/**
 * An inner join by CoGroupByKey: many records, each with one of fewer partners.
 *
 * @param size how many records are on the left
 * @param partners how many are on the right; each has a key of its own
 */
record Join(long size, int partners) implements Workload {

  private static final TupleTag<Long> LEFT = new TupleTag<>("left");
  private static final TupleTag<Long> RIGHT = new TupleTag<>("right");

  @Override
  public String name() {
    return "B8";
  }

  @Override
  public String description() {
    return "CoGroupByKey with " + partners + " records";
  }

  private static long partner(long key) {
    return key * 7;
  }

  @Override
  public void build(Pipeline pipeline) {
    PCollection<KV<Long, Long>> left =
        pipeline
            .apply("Left", GenerateSequence.from(0).to(size))
            .apply("KeyLeft", ParDo.of(new LeftFn(partners)));
    PCollection<KV<Long, Long>> right =
        pipeline
            .apply("Right", GenerateSequence.from(0).to(partners))
            .apply("KeyRight", ParDo.of(new RightFn()));
    KeyedPCollectionTuple.of(LEFT, left)
        .and(RIGHT, right)
        .apply(CoGroupByKey.create())
        .apply("Join", ParDo.of(new JoinFn()))
        .apply(Tally.of((pair, timestamp) -> Numbers.digest(pair)));
  }

  @Override
  public Outcome expected() {
    Outcome outcome = Outcome.EMPTY;
    for (long number = 0; number < size; number++) {
      long right = partner(Numbers.below(number, partners));
      outcome = outcome.plus(Outcome.of(Numbers.digest(number, right)));
    }
    return outcome;
  }

  private static final class LeftFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final int partners;

    LeftFn(int partners) {
      this.partners = partners;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      out.output(KV.of(Numbers.below(number, partners), number));
    }
  }

  private static final class RightFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Long key, OutputReceiver<KV<Long, Long>> out) {
      out.output(KV.of(key, partner(key)));
    }
  }

  private static final class JoinFn extends DoFn<KV<Long, CoGbkResult>, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element KV<Long, CoGbkResult> group, OutputReceiver<KV<Long, Long>> out) {
      for (Long right : group.getValue().getAll(RIGHT)) {
        for (Long left : group.getValue().getAll(LEFT)) {
          out.output(KV.of(left, right));
        }
      }
    }
  }
}
