package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.stage.Emitted;
import dev.microbatch.executor.stage.OneStage;
import dev.microbatch.executor.stage.Scenario;
import dev.microbatch.executor.stage.StageHarness;
import dev.microbatch.executor.stage.StageHarness.Result;
import java.io.IOException;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.CombiningState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFn.BoundedPerElement;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** DoFns with state, timers and restrictions, however an engine runs their stage. */
class StatefulStepsTest {

  private static final Coder<KV<String, Integer>> PAIRS =
      KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of());
  private static final Coder<int[]> ACCUMULATORS =
      Sum.ofIntegers().getAccumulatorCoder(CoderRegistry.createDefault(), VarIntCoder.of());
  private static final WindowingStrategy<Object, IntervalWindow> FIXED =
      WindowingStrategy.of(FixedWindows.of(Duration.millis(10)));

  private static IntervalWindow window(long start, long end) {
    return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(end));
  }

  private static StageHarness harness(
      DoFn<?, ?> fn, Coder<?> output, WindowingStrategy<?, IntervalWindow> windowing) {
    return StageHarness.of(
        OneStage.taking(Exchange.Kind.BY_KEY, PAIRS, IntervalWindow.getCoder())
            .step("Keep", OneStage.parDo(fn, PAIRS, output, windowing, true), output)
            .to(IntervalWindow.getCoder()));
  }

  /** Numbers the records of a key, and at the end says how many there were and their sum. */
  static final class NumberFn extends DoFn<KV<String, Integer>, KV<String, String>> {
    private static final long serialVersionUID = 1L;

    @StateId("count")
    private final StateSpec<ValueState<Integer>> count = StateSpecs.value(VarIntCoder.of());

    @StateId("sum")
    private final StateSpec<CombiningState<Integer, int[], Integer>> sum =
        StateSpecs.combining(ACCUMULATORS, Sum.ofIntegers());

    @TimerId("end")
    private final TimerSpec end = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(
        @Element KV<String, Integer> pair,
        BoundedWindow window,
        @StateId("count") ValueState<Integer> counted,
        @StateId("sum") CombiningState<Integer, int[], Integer> added,
        @TimerId("end") Timer atEnd,
        OutputReceiver<KV<String, String>> output) {
      Integer known = counted.read();
      int number = known == null ? 1 : known + 1;
      counted.write(number);
      added.add(pair.getValue());
      atEnd.set(window.maxTimestamp());
      output.output(KV.of(pair.getKey(), "#" + number));
    }

    @OnTimer("end")
    public void onEnd(
        @Key String key,
        @StateId("count") ValueState<Integer> counted,
        @StateId("sum") CombiningState<Integer, int[], Integer> added,
        OutputReceiver<KV<String, String>> output) {
      output.output(KV.of(key, counted.read() + " make " + added.read()));
    }
  }

  @Test
  void stateOfAKeyAndWindowIsFoundAgainAndItsTimerFiresOnce() throws IOException {
    Result result =
        harness(new NumberFn(), KvCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of()), FIXED)
            .inOrderPerKey()
            .check(
                new Scenario()
                    .record(KV.of("a", 1), 1, window(0, 10))
                    .record(KV.of("b", 5), 2, window(0, 10))
                    .record(KV.of("a", 2), 11, window(10, 20))
                    .end(1)
                    .record(KV.of("a", 3), 4, window(0, 10))
                    .end(9)
                    .end(10)
                    .endOfTime());
    assertThat(result.values(0), contains(KV.of("a", "#1"), KV.of("b", "#1"), KV.of("a", "#1")));
    assertThat(result.values(1), contains(KV.of("a", "#2")));
    assertThat(
        "behind the end of the window, and not at it",
        result.values(2),
        containsInAnyOrder(KV.of("a", "2 make 4"), KV.of("b", "1 make 5")));
    assertThat(result.values(3), contains(KV.of("a", "1 make 2")));
  }

  @Test
  void aRecordBehindItsWindowIsDroppedAndCounted() throws IOException {
    Result result =
        harness(
                new NumberFn(),
                KvCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of()),
                FIXED.withAllowedLateness(Duration.millis(5)))
            .withLateInput()
            .check(
                new Scenario()
                    .end(14)
                    .record(KV.of("a", 1), 1, window(0, 10))
                    .end(14)
                    .end(15)
                    .record(KV.of("a", 2), 1, window(0, 10))
                    .endOfTime());
    assertThat(result.values(1), contains(KV.of("a", "#1"), KV.of("a", "1 make 1")));
    assertThat(result.values().size(), is(2));
    assertThat(result.lateDrops(), is(1L));
  }

  /** Gathers for ten seconds of processing time, and gives at its expiry what is left. */
  static final class GatherFn extends DoFn<KV<String, Integer>, KV<String, Integer>> {
    private static final long serialVersionUID = 1L;

    @StateId("values")
    private final StateSpec<BagState<Integer>> values = StateSpecs.bag(VarIntCoder.of());

    @TimerId("flush")
    private final TimerSpec flush = TimerSpecs.timer(TimeDomain.PROCESSING_TIME);

    @ProcessElement
    public void process(
        @Element KV<String, Integer> pair,
        @StateId("values") BagState<Integer> gathered,
        @TimerId("flush") Timer later) {
      gathered.add(pair.getValue());
      later.offset(Duration.standardSeconds(10)).setRelative();
    }

    @OnTimer("flush")
    public void onFlush(
        @Key String key,
        @StateId("values") BagState<Integer> gathered,
        OutputReceiver<KV<String, Integer>> output) {
      gathered.read().forEach(value -> output.output(KV.of(key, value)));
      gathered.clear();
    }

    @OnWindowExpiration
    public void onExpiry(
        @Key String key,
        @StateId("values") BagState<Integer> gathered,
        OutputReceiver<KV<String, Integer>> output) {
      gathered.read().forEach(value -> output.output(KV.of(key, -value)));
    }
  }

  @Test
  void aTimerOfProcessingTimeFiresWhenThatHasPassedAndHoldsTheWatermarkUntilThen()
      throws IOException {
    Result result =
        harness(new GatherFn(), PAIRS, FIXED)
            .inOrderPerKey()
            .check(
                new Scenario()
                    .record(KV.of("a", 1), 3, window(0, 10))
                    .record(KV.of("b", 2), 2, window(0, 10))
                    .end(5)
                    .processingTime(9_000)
                    .end(6)
                    .processingTime(30_000)
                    .end(7)
                    .processingTime(31_000)
                    .record(KV.of("a", 4), 8, window(0, 10))
                    .end(8)
                    .endOfTime());
    assertThat(result.values(1), is(empty()));
    assertThat(result.values(2), containsInAnyOrder(KV.of("a", 1), KV.of("b", 2)));
    assertThat(
        result.records().stream().limit(2).map(Emitted::timestamp).toList(),
        containsInAnyOrder(3L, 2L));
    assertThat(result.values(4), contains(KV.of("a", -4)));
  }

  /** Puts out an offset per call, so that the rest waits for another batch. */
  @BoundedPerElement
  static final class CountFn extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @GetInitialRestriction
    public OffsetRange initial() {
      return new OffsetRange(0, 3);
    }

    @ProcessElement
    public ProcessContinuation process(
        @Element String name,
        RestrictionTracker<OffsetRange, Long> tracker,
        OutputReceiver<KV<String, Long>> output) {
      long next = tracker.currentRestriction().getFrom();
      if (!tracker.tryClaim(next)) {
        return ProcessContinuation.stop();
      }
      output.output(KV.of(name, next));
      return ProcessContinuation.resume();
    }
  }

  @Test
  void aRestrictionIsResumedWhereItWasCut() throws IOException {
    Coder<KV<String, OffsetRange>> pairs = KvCoder.of(StringUtf8Coder.of(), OffsetRange.Coder.of());
    Coder<?> output = KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of());
    StepSpec.ParDo parDo =
        OneStage.parDo(
            new CountFn(), StringUtf8Coder.of(), output, WindowingStrategy.globalDefault(), false);
    Result result =
        StageHarness.of(
                OneStage.taking(
                        Exchange.Kind.BY_KEY,
                        KvCoder.of(ByteArrayCoder.of(), pairs),
                        GlobalWindow.Coder.INSTANCE)
                    .step(
                        "Process",
                        new StepSpec.SplittableProcess(
                            parDo, OffsetRange.Coder.of(), VoidCoder.of()),
                        output)
                    .to(GlobalWindow.Coder.INSTANCE))
            .inOrderPerKey()
            .check(
                new Scenario()
                    .record(KV.of(new byte[] {1}, KV.of("a", new OffsetRange(0, 3))), 1)
                    .record(KV.of(new byte[] {2}, KV.of("b", new OffsetRange(1, 2))), 2)
                    .end(2)
                    .record(KV.of(new byte[] {3}, KV.of("c", new OffsetRange(0, 2))), 3)
                    .endOfTime());
    assertThat(
        result.values(0),
        containsInAnyOrder(KV.of("a", 0L), KV.of("a", 1L), KV.of("a", 2L), KV.of("b", 1L)));
    assertThat(result.values(1), contains(KV.of("c", 0L), KV.of("c", 1L)));
    assertThat(result.records().stream().map(Emitted::timestamp).distinct().count(), is(3L));
  }

  @Test
  void valuesOfAKeyKeepTheirOrder() throws IOException {
    Scenario scenario = new Scenario();
    for (int i = 0; i < 40; i++) {
      scenario.record(KV.of("key " + i % 3, i), 1, window(0, 10));
      if (i % 7 == 6) {
        scenario.end(0);
      }
    }
    Result result =
        harness(new NumberFn(), KvCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of()), FIXED)
            .inOrderPerKey()
            .check(scenario.endOfTime());
    assertThat(result.values().size(), is(43));
    assertThat(
        result.values().subList(40, 43),
        containsInAnyOrder(
            KV.of("key 0", "14 make 273"),
            KV.of("key 1", "13 make 247"),
            KV.of("key 2", "13 make 260")));
  }
}
