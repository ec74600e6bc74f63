package dev.microbatch.executor.engine;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Instant;

/**
 * Small plans, and what their steps tell of themselves. That is static: the functions that an
 * engine runs are copies.
 */
final class ContractPlan {

  static final int MOST_STAGES = 3;

  /** So far apart are the numbers that one element is multiplied to from those of the next. */
  static final int STRIDE = 1_000_000;

  static final Queue<Seen> SEEN = new ConcurrentLinkedQueue<>();
  static final Queue<String> REMEMBERED = new ConcurrentLinkedQueue<>();
  static final Queue<String> ACKNOWLEDGED = new ConcurrentLinkedQueue<>();
  static final AtomicInteger SET_UP = new AtomicInteger();
  static final AtomicInteger TORN_DOWN = new AtomicInteger();
  static final Counter NOTED = Metrics.counter("contract", "noted");

  /** How many records the last step had seen when the one before it had sent its last. */
  static volatile int seenByThen;

  static CountDownLatch waits = new CountDownLatch(1);
  private static CountDownLatch released = new CountDownLatch(1);

  private static final TupleTag<Object> MAIN = new TupleTag<>(Output.MAIN);

  private ContractPlan() {}

  /** A record, and which copy of the last step has seen it. */
  record Seen(int instance, int value) {}

  static void forget() {
    SEEN.clear();
    REMEMBERED.clear();
    ACKNOWLEDGED.clear();
    SET_UP.set(0);
    TORN_DOWN.set(0);
    seenByThen = 0;
    waits = new CountDownLatch(1);
    released = new CountDownLatch(1);
  }

  /** Ends every wait of a step. */
  static void letGo() {
    released.countDown();
  }

  static List<String> acknowledged() {
    return new ArrayList<>(ACKNOWLEDGED);
  }

  /** Spreads elements over the partitions, multiplies each there, and notes what arrives. */
  static Plan counting(int elements, int times) {
    return new Plan(
        "counting",
        List.of(
            source(new Spread(elements), 0),
            new Stage(
                1,
                "Multiply",
                List.of(receive(), parDo("Multiply", new Multiply(times), toExchange(1))),
                List.of(0),
                Map.of(),
                List.of()),
            new Stage(
                2,
                "Note",
                List.of(receive(), parDo("Note", new Note(), List.of())),
                List.of(1),
                Map.of(),
                List.of())),
        List.of(rebalance(0, 0, 1), rebalance(1, 1, 2)),
        16);
  }

  /** Asks to be called after the commit. */
  static Plan finalizing(String... callbacks) {
    return alone(parDo("Finalize", new Finalize(callbacks), List.of()));
  }

  static Plan failing() {
    return new Plan(
        "failing",
        List.of(
            source(new Spread(2), 0),
            new Stage(
                1,
                "Fail",
                List.of(receive(), parDo("Fail", new Fail(), List.of())),
                List.of(0),
                Map.of(),
                List.of())),
        List.of(rebalance(0, 0, 1)),
        16);
  }

  static Plan waiting() {
    return alone(parDo("Wait", new Wait(), List.of()));
  }

  /** Sends all keys in the first batch and again in the second, and counts by key in state. */
  static Plan remembering(int keys) {
    List<TimestampedValue<Integer>> all =
        IntStream.range(0, keys).mapToObj(TimestampedValue::atMinimumTimestamp).toList();
    TestStream<Integer> script =
        TestStream.create(VarIntCoder.of())
            .addElements(all.get(0), tail(all))
            .addElements(all.get(0), tail(all))
            .advanceWatermarkToInfinity();
    KvCoder<Integer, Integer> coder = KvCoder.of(VarIntCoder.of(), VarIntCoder.of());
    StepSpec.ParDo remember =
        new StepSpec.ParDo(
            new Remember(),
            MAIN,
            List.of(),
            coder,
            Map.of(MAIN, VarIntCoder.of()),
            WindowingStrategy.globalDefault(),
            List.of(),
            Map.of(),
            DoFnSchemaInformation.create(),
            true);
    Step head = new Step("Remember", remember, List.of(output(VarIntCoder.of(), List.of())));
    Step pairs =
        new Step(
            "Pair",
            spec(new Pair(), VarIntCoder.of(), coder),
            List.of(output(coder, toExchange(0))));
    return new Plan(
        "remembering",
        List.of(
            new Stage(
                0,
                "Script",
                List.of(
                    new Step(
                        "Script",
                        new StepSpec.Script(script),
                        List.of(output(VarIntCoder.of(), List.of(new Target.ToStep(1))))),
                    pairs),
                List.of(),
                Map.of(),
                List.of()),
            new Stage(1, "Remember", List.of(head), List.of(0), Map.of(), List.of())),
        List.of(
            new Exchange(
                0,
                "pairs",
                0,
                1,
                Exchange.Kind.BY_KEY,
                coder,
                GlobalWindow.Coder.INSTANCE,
                VarIntCoder.of(),
                null)),
        16);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // varargs of a generic type
  private static TimestampedValue<Integer>[] tail(List<TimestampedValue<Integer>> all) {
    return all.subList(1, all.size()).toArray(new TimestampedValue[0]);
  }

  private static Plan alone(Step step) {
    return new Plan(
        "alone",
        List.of(new Stage(0, "Impulse", List.of(impulse(), step), List.of(), Map.of(), List.of())),
        List.of(),
        16);
  }

  private static Stage source(DoFn<byte[], Integer> fn, int exchange) {
    Step step =
        new Step(
            "Spread",
            spec(fn, ByteArrayCoder.of(), VarIntCoder.of()),
            List.of(output(VarIntCoder.of(), toExchange(exchange))));
    return new Stage(0, "Impulse", List.of(impulse(), step), List.of(), Map.of(), List.of());
  }

  private static Step impulse() {
    return new Step(
        "Impulse",
        new StepSpec.Impulse(),
        List.of(output(ByteArrayCoder.of(), List.of(new Target.ToStep(1)))));
  }

  private static Step receive() {
    return new Step(
        "Receive",
        new StepSpec.Receive(),
        List.of(output(VarIntCoder.of(), List.of(new Target.ToStep(1)))));
  }

  private static Step parDo(String name, DoFn<?, ?> fn, List<Target> targets) {
    return new Step(
        name,
        spec(fn, VarIntCoder.of(), VarIntCoder.of()),
        List.of(output(VarIntCoder.of(), targets)));
  }

  private static StepSpec.ParDo spec(DoFn<?, ?> fn, Coder<?> in, Coder<?> out) {
    return new StepSpec.ParDo(
        fn,
        MAIN,
        List.of(),
        in,
        Map.of(MAIN, out),
        WindowingStrategy.globalDefault(),
        List.of(),
        Map.of(),
        DoFnSchemaInformation.create(),
        false);
  }

  private static Output output(Coder<?> coder, List<Target> targets) {
    return new Output(Output.MAIN, "records", coder, targets);
  }

  private static List<Target> toExchange(int exchange) {
    return List.of(new Target.ToExchange(exchange));
  }

  private static Exchange rebalance(int id, int from, int to) {
    return new Exchange(
        id,
        "numbers",
        from,
        to,
        Exchange.Kind.REBALANCE,
        VarIntCoder.of(),
        GlobalWindow.Coder.INSTANCE,
        null,
        null);
  }

  /** Counts its copies. */
  abstract static class Counted<A, B> extends DoFn<A, B> {
    private static final long serialVersionUID = 1L;

    int instance;

    @Setup
    public void setUp() {
      instance = SET_UP.incrementAndGet();
    }

    @Teardown
    public void tearDown() {
      TORN_DOWN.incrementAndGet();
    }
  }

  static final class Spread extends DoFn<byte[], Integer> {
    private static final long serialVersionUID = 1L;
    private final int elements;

    Spread(int elements) {
      this.elements = elements;
    }

    @ProcessElement
    public void process(OutputReceiver<Integer> out) {
      for (int i = 0; i < elements; i++) {
        out.output(i);
      }
    }
  }

  static final class Multiply extends Counted<Integer, Integer> {
    private static final long serialVersionUID = 1L;
    private final int times;

    Multiply(int times) {
      this.times = times;
    }

    @ProcessElement
    public void process(@Element Integer in, OutputReceiver<Integer> out) {
      for (int i = 0; i < times; i++) {
        out.output(in * STRIDE + i);
      }
      seenByThen = SEEN.size();
    }
  }

  static final class Note extends Counted<Integer, Integer> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Integer in) {
      SEEN.add(new Seen(instance, in));
      NOTED.inc();
    }
  }

  static final class Finalize extends Counted<byte[], Integer> {
    private static final long serialVersionUID = 1L;
    private final String[] callbacks;

    Finalize(String... callbacks) {
      this.callbacks = callbacks;
    }

    @ProcessElement
    public void process(BundleFinalizer finalizer) {
      for (String callback : callbacks) {
        finalizer.afterBundleCommit(
            Instant.ofEpochMilli(Long.MAX_VALUE), () -> ACKNOWLEDGED.add(callback));
      }
    }
  }

  static final class Fail extends Counted<Integer, Integer> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process() {
      throw new UnsupportedOperationException("not today");
    }
  }

  static final class Wait extends Counted<byte[], Integer> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process() throws InterruptedException {
      waits.countDown();
      released.await();
    }
  }

  static final class Pair extends DoFn<Integer, KV<Integer, Integer>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Integer in, OutputReceiver<KV<Integer, Integer>> out) {
      out.output(KV.of(in, in));
    }
  }

  /** Tells how often it has seen a key before. */
  static final class Remember extends DoFn<KV<Integer, Integer>, Integer> {
    private static final long serialVersionUID = 1L;

    @StateId("times")
    private final StateSpec<ValueState<Integer>> times = StateSpecs.value(VarIntCoder.of());

    @ProcessElement
    public void process(
        @Element KV<Integer, Integer> in, @StateId("times") ValueState<Integer> times) {
      Integer before = times.read();
      REMEMBERED.add(in.getKey() + ": " + before);
      times.write(before == null ? 1 : before + 1);
    }
  }
}
