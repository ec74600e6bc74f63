package dev.microbatch.benchmarks.pipelines;

import java.util.ArrayList;
import java.util.List;
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
 * @param sizes how many records are on the left, and how many keys, each with one record, on the
 *     right
 */
record Join(Sizes sizes) implements Workload, PlainJava {

  private static final TupleTag<Long> LEFT = new TupleTag<>("left");
  private static final TupleTag<Long> RIGHT = new TupleTag<>("right");

  @Override
  public String name() {
    return "B8";
  }

  @Override
  public String description() {
    return "CoGroupByKey with " + sizes.keys() + " records";
  }

  @Override
  public long size() {
    return sizes.records();
  }

  private static long partner(long key) {
    return key * 7;
  }

  @Override
  public void build(Pipeline pipeline) {
    PCollection<KV<Long, Long>> left =
        pipeline
            .apply("Left", GenerateSequence.from(0).to(size()))
            .apply("KeyLeft", ParDo.of(new LeftFn(sizes)));
    PCollection<KV<Long, Long>> right =
        pipeline
            .apply("Right", GenerateSequence.from(0).to(sizes.keys()))
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
    for (long number = 0; number < size(); number++) {
      long right = partner(sizes.key(number));
      outcome = outcome.plus(Outcome.of(Numbers.digest(number, right)));
    }
    return outcome;
  }

  @Override
  public Outcome runPlain(int threads) {
    return Exchange.run(size() + sizes.keys(), threads, () -> new Worker(sizes));
  }

  /** Its numbers are those of the right side, then those of the left. */
  private static final class Worker extends HandWorker {
    private static final int RIGHT_SIDE = 1;

    private final LongIndex keys = new LongIndex();
    private final List<LongList> lefts = new ArrayList<>();
    private final List<LongList> rights = new ArrayList<>();
    private final Sizes sizes;

    Worker(Sizes sizes) {
      this.sizes = sizes;
    }

    @Override
    void generate(long number) {
      if (number < sizes.keys()) {
        send(number, partner(number), RIGHT_SIDE);
      } else {
        long left = number - sizes.keys();
        send(sizes.key(left), left, 0);
      }
    }

    @Override
    void receive(long key, long value, long side, Object payload) {
      int index = keys.add(key);
      if (index == lefts.size()) {
        lefts.add(new LongList());
        rights.add(new LongList());
      }
      (side == RIGHT_SIDE ? rights : lefts).get(index).add(value);
    }

    @Override
    Outcome finish() {
      long count = 0;
      long checksum = 0;
      for (int index = 0; index < keys.size(); index++) {
        LongList left = lefts.get(index);
        LongList right = rights.get(index);
        for (int i = 0; i < right.size(); i++) {
          for (int j = 0; j < left.size(); j++) {
            checksum += Numbers.digest(left.get(j), right.get(i));
          }
        }
        count += (long) left.size() * right.size();
      }
      return new Outcome(count, checksum);
    }
  }

  private static final class LeftFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final Sizes sizes;

    LeftFn(Sizes sizes) {
      this.sizes = sizes;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      out.output(KV.of(sizes.key(number), number));
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
