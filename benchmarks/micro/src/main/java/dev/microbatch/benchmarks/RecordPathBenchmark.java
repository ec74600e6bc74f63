package dev.microbatch.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.metrics.StageMetrics;
import dev.microbatch.executor.operator.AssignWindowsOperator;
import dev.microbatch.executor.operator.DoFnOperator;
import dev.microbatch.executor.operator.Operator;
import dev.microbatch.executor.operator.OperatorContext;
import dev.microbatch.executor.operator.PreCombineOperator;
import dev.microbatch.executor.operator.StageTimes;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.time.Clock;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsContainer;
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
 * before an exchange. Each case runs several times; the best run is the figure, in processor time,
 * as the machine may have other work.
 */
public final class RecordPathBenchmark {

  private static final Logger LOG = LoggerFactory.getLogger(RecordPathBenchmark.class);

  private static final ThreadMXBean THREADS =
      (ThreadMXBean) ManagementFactory.getThreadMXBean(); // with the JVM's own additions

  private static final int STEPS = 10;
  private static final int RECORDS = 4_000_000;
  private static final int RUNS = 12;
  private static final int BUNDLE = 10_000;

  private RecordPathBenchmark() {}

  /**
   * Runs the cases and logs their figures.
   *
   * @param args part of the names of the cases to run; none for all
   */
  public static void main(String[] args) {
    Map<String, Supplier<Cost>> cases = new LinkedHashMap<>();
    cases.put("DoFn with OutputReceiver, per step", () -> chain(new ByReceiver()));
    cases.put("DoFn with ProcessContext, per step", () -> chain(new ByContext()));
    cases.put("DoFn with counter and distribution, per step", () -> chain(new Counting()));
    cases.put(
        "DoFn with counter and distribution of Beam's own, per step",
        () -> chain(new Counting(), MetricsContainerImpl::new));
    cases.put(
        "fixed windows, time advancing",
        () -> assign(FixedWindows.of(Duration.standardMinutes(1)), i -> i * 10L));
    cases.put(
        "fixed windows, out of order",
        () ->
            assign(FixedWindows.of(Duration.standardMinutes(1)), i -> i * 10L + (i & 3) * 60_000L));
    cases.put(
        "sliding windows, time advancing",
        () ->
            assign(
                SlidingWindows.of(Duration.standardMinutes(5)).every(Duration.standardMinutes(1)),
                i -> i * 10L));
    cases.put(
        "sliding windows, out of order",
        () ->
            assign(
                SlidingWindows.of(Duration.standardMinutes(5)).every(Duration.standardMinutes(1)),
                i -> i * 10L + (i & 3) * 60_000L));
    for (int keys : new int[] {10, 1_000, 100_000}) {
      cases.put("pre-combine of " + keys + " long keys", () -> preCombineLongs(keys));
      cases.put("pre-combine of " + keys + " string keys", () -> preCombineStrings(keys));
    }
    cases.forEach(
        (name, run) -> {
          if (args.length == 0 || Arrays.stream(args).anyMatch(name::contains)) {
            LOG.info("{}: {}", name, run.get());
          }
        });
  }

  /** What one record takes: processor time in the best run, bytes allocated in the last one. */
  private record Cost(double nanos, double bytes) {

    Cost per(int steps) {
      return new Cost(nanos / steps, bytes / steps);
    }

    @Override
    public String toString() {
      return String.format("%.1f ns, %.1f bytes", nanos, bytes);
    }
  }

  private static Cost chain(DoFn<Long, Long> fn) {
    StageMetrics metrics = new StageMetrics();
    metrics.bind();
    return chain(fn, metrics::of);
  }

  private static Cost chain(DoFn<Long, Long> fn, Function<String, MetricsContainer> metrics) {
    Sink sink = new Sink();
    List<Operator> operators = new ArrayList<>();
    Receiver next = sink;
    for (int i = STEPS; i > 0; i--) {
      DoFnOperator operator =
          new DoFnOperator(
              parDo(fn),
              context("step " + i, metrics.apply("step " + i)),
              Map.of("out", next),
              null);
      operators.add(operator);
      next = operator;
    }
    Object[] values = new Object[1024];
    for (int i = 0; i < values.length; i++) {
      values[i] = (long) i;
    }
    Receiver first = next;
    return best(operators, i -> first.process(values[i & 1023], Meta.GLOBAL), sink).per(STEPS);
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

  private static Cost assign(WindowFn<?, ?> windowFn, IntToLongFunction time) {
    Sink sink = new Sink();
    Operator operator =
        new AssignWindowsOperator(new StepSpec.AssignWindows(windowFn), context("assign"), sink);
    return best(
        List.of(operator),
        i -> operator.process("value", Meta.inGlobalWindow(time.applyAsLong(i))),
        sink);
  }

  private static Cost preCombineLongs(int keys) {
    Object[] records = new Object[1 << 17];
    for (int i = 0; i < records.length; i++) {
      records[i] = KV.of(i * 31L % keys, (long) i);
    }
    return preCombine(KvCoder.of(VarLongCoder.of(), VarLongCoder.of()), records);
  }

  private static Cost preCombineStrings(int keys) {
    Object[] records = new Object[1 << 17];
    for (int i = 0; i < records.length; i++) {
      records[i] = KV.of("word" + i * 31L % keys, (long) i);
    }
    return preCombine(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()), records);
  }

  private static Cost preCombine(KvCoder<?, ?> coder, Object[] records) {
    Sink sink = new Sink();
    CombineFn<Long, ?, Long> fn = Sum.ofLongs();
    StepSpec.PreCombine spec =
        new StepSpec.PreCombine(fn, coder, VarLongCoder.of(), WindowingStrategy.globalDefault());
    Operator operator = new PreCombineOperator(spec, context("combine"), new StageTimes(), sink);
    int mask = records.length - 1;
    return best(List.of(operator), i -> operator.process(records[i & mask], Meta.GLOBAL), sink);
  }

  private static OperatorContext context(String name) {
    return context(name, new StageMetrics().of(name));
  }

  private static OperatorContext context(String name, MetricsContainer metrics) {
    return new OperatorContext(
        name, PipelineOptionsFactory.create(), metrics, Clock.system(), (expiry, callback) -> {});
  }

  /** Feeds all records several times. */
  private static Cost best(List<Operator> operators, Case records, Sink sink) {
    operators.forEach(Operator::open);
    long best = Long.MAX_VALUE;
    long bytes = 0;
    for (int run = 0; run < RUNS; run++) {
      long allocated = THREADS.getCurrentThreadAllocatedBytes();
      long start = THREADS.getCurrentThreadCpuTime();
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
      best = Math.min(best, THREADS.getCurrentThreadCpuTime() - start);
      bytes = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    }
    operators.forEach(operator -> operator.teardown().run());
    if (sink.count == 0) {
      throw new IllegalStateException("no record arrived");
    }
    return new Cost((double) best / RECORDS, (double) bytes / RECORDS);
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

  /** The identity, with two metrics for each element, as many a user's DoFn has them. */
  private static final class Counting extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;
    private final Counter counter = Metrics.counter("benchmark", "elements");
    private final Distribution distribution = Metrics.distribution("benchmark", "sizes");

    @ProcessElement
    public void process(@Element Long element, OutputReceiver<Long> out) {
      counter.inc();
      distribution.update(element);
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
