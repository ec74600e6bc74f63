package dev.microbatch.benchmarks;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.operator.AssignWindowsOperator;
import dev.microbatch.executor.operator.DoFnOperator;
import dev.microbatch.executor.operator.Operator;
import dev.microbatch.executor.operator.OperatorContext;
import dev.microbatch.executor.operator.PreCombineOperator;
import dev.microbatch.executor.operator.StageTimes;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a record costs inside a stage, on one thread: a chain of DoFns, window assignment, combining
 * before an exchange. Each case runs several times; the best run is the figure, as the machine may
 * have other work.
 */
public final class RecordPathBenchmark {

  private static final Logger LOG = LoggerFactory.getLogger(RecordPathBenchmark.class);

  private static final int STEPS = 10;
  private static final int RECORDS = 4_000_000;
  private static final int RUNS = 12;
  private static final int BUNDLE = 10_000;

  private RecordPathBenchmark() {}

  /**
   * Runs all cases and logs their figures.
   *
   * @param args none
   */
  public static void main(String[] args) {
    report("DoFn with OutputReceiver, per step", chain(new ByReceiver()) / STEPS);
    report("DoFn with ProcessContext, per step", chain(new ByContext()) / STEPS);
    report("fixed windows, time advancing", assign(FixedWindows.of(Duration.standardMinutes(1))));
    report(
        "sliding windows, time advancing",
        assign(SlidingWindows.of(Duration.standardMinutes(5)).every(Duration.standardMinutes(1))));
    for (int keys : new int[] {10, 1_000, 100_000}) {
      report("pre-combine of " + keys + " long keys", preCombineLongs(keys));
      report("pre-combine of " + keys + " string keys", preCombineStrings(keys));
    }
  }

  private static void report(String what, double nanos) {
    LOG.info("{}: {} ns", what, String.format("%.1f", nanos));
  }

  private static double chain(DoFn<Long, Long> fn) {
    Sink sink = new Sink();
    List<Operator> operators = new ArrayList<>();
    Receiver next = sink;
    for (int i = STEPS; i > 0; i--) {
      DoFnOperator operator =
          new DoFnOperator(parDo(fn), context("step " + i), Map.of("out", next), null);
      operators.add(operator);
      next = operator;
    }
    Object[] values = new Object[1024];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) i;
    }
    Receiver first = next;
    return best(operators, i -> first.process(values[i & 1023], Meta.GLOBAL), sink);
  }

  private static StepSpec.ParDo parDo(DoFn<Long, Long> fn) {
    TupleTag<Long> out = new TupleTag<>("out");
    return new StepSpec.ParDo(
        fn,
        out,
        List.of(),
        VarLongCoder.of(),
        Map.of(out, VarLongCoder.of()),
        WindowingStrategy.globalDefault(),
        List.of(),
        Map.of(),
        DoFnSchemaInformation.create(),
        false);
  }

  private static double assign(WindowFn<?, ?> windowFn) {
    Sink sink = new Sink();
    Operator operator =
        new AssignWindowsOperator(new StepSpec.AssignWindows(windowFn), context("assign"), sink);
    return best(
        List.of(operator), i -> operator.process("value", Meta.inGlobalWindow(i * 10L)), sink);
  }

  private static double preCombineLongs(int keys) {
    Object[] records = new Object[1 << 17];
    for (int i = 0; i < records.length; i++) {
      records[i] = KV.of(i * 31L % keys, (long) i);
    }
    return preCombine(KvCoder.of(VarLongCoder.of(), VarLongCoder.of()), records);
  }

  private static double preCombineStrings(int keys) {
    Object[] records = new Object[1 << 17];
    for (int i = 0; i < records.length; i++) {
      records[i] = KV.of("word" + i * 31L % keys, (long) i);
    }
    return preCombine(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()), records);
  }

  private static double preCombine(KvCoder<?, ?> coder, Object[] records) {
    Sink sink = new Sink();
    CombineFn<Long, ?, Long> fn = Sum.ofLongs();
    StepSpec.PreCombine spec =
        new StepSpec.PreCombine(fn, coder, VarLongCoder.of(), WindowingStrategy.globalDefault());
    Operator operator = new PreCombineOperator(spec, context("combine"), new StageTimes(), sink);
    int mask = records.length - 1;
    return best(List.of(operator), i -> operator.process(records[i & mask], Meta.GLOBAL), sink);
  }

  private static OperatorContext context(String name) {
    return new OperatorContext(
        name,
        PipelineOptionsFactory.create(),
        new MetricsContainerImpl(name),
        Clock.system(),
        (expiry, callback) -> {});
  }

  /** Nanoseconds per record in the best of several runs. */
  private static double best(List<Operator> operators, Case records, Sink sink) {
    operators.forEach(Operator::open);
    long best = Long.MAX_VALUE;
    for (int run = 0; run < RUNS; run++) {
      long start = System.nanoTime();
      for (int from = 0; from < RECORDS; from += BUNDLE) {
        operators.forEach(Operator::startBundle);
        for (int i = from; i < from + BUNDLE; i++) {
          records.feed(i);
        }
        // The producer's bundle ends before its consumer's; operators stand last to first.
        for (int i = operators.size() - 1; i >= 0; i--) {
          operators.get(i).finishBundle();
        }
      }
      best = Math.min(best, System.nanoTime() - start);
    }
    operators.forEach(operator -> operator.teardown().run());
    if (sink.count == 0) {
      throw new IllegalStateException("no record arrived");
    }
    return (double) best / RECORDS;
  }

  /** Feeds one record. */
  private interface Case {
    void feed(int i);
  }

  /** Counts what arrives. */
  private static final class Sink implements Receiver {
    private long count;

    @Override
    public void process(Object value, Meta meta) {
      count++;
    }
  }

  /** The identity, in today's style. */
  private static final class ByReceiver extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Long element, OutputReceiver<Long> out) {
      out.output(element);
    }
  }

  /** The identity, in the old style. */
  private static final class ByContext extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(ProcessContext c) {
      c.output(c.element());
    }
  }
}
