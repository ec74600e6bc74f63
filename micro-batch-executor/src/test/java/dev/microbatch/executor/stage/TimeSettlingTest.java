package dev.microbatch.executor.stage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.block.Block;
import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.operator.HoldKind;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.IterableCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.apache.beam.sdk.values.WindowingStrategy.AccumulationMode;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The time lines of {@link TimeSettling}, played on real stages in one partition. */
class TimeSettlingTest {

  private static final long NOON = Instant.parse("2026-01-01T12:00:00Z").getMillis();
  private static final Duration MINUTE = Duration.standardMinutes(1);
  private static final KvCoder<String, String> RECORDS =
      KvCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of());
  private static final KvCoder<?, ?> PIECES =
      KvCoder.of(ByteArrayCoder.of(), KvCoder.of(StringUtf8Coder.of(), OffsetRange.Coder.of()));
  private static final Coder<IntervalWindow> WINDOWS = IntervalWindow.getCoder();
  private static final KeyCodec<String> KEYS = KeyCodec.of(StringUtf8Coder.of());
  private static final WindowingStrategy<Object, IntervalWindow> BY_MINUTE =
      WindowingStrategy.of(FixedWindows.of(MINUTE));
  private static final WindowingStrategy<Object, IntervalWindow> EARLY =
      BY_MINUTE
          .withTrigger(
              AfterWatermark.pastEndOfWindow()
                  .withEarlyFirings(
                      AfterProcessingTime.pastFirstElementInPane()
                          .plusDelayOf(Duration.standardSeconds(5))))
          .withMode(AccumulationMode.ACCUMULATING_FIRED_PANES);

  private final ScheduledExecutorService timeLimits = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void stop() {
    timeLimits.shutdownNow();
  }

  /** A stage, and what it has put out in its last batch. */
  private final class Running {
    private final List<Object> values = new ArrayList<>();
    private final List<Meta> metas = new ArrayList<>();
    private final StageProgram program;
    private long batches;

    Running(StepSpec spec, Coder<?> in, Coder<?> out) {
      OneStage stage =
          OneStage.taking(Exchange.Kind.BY_KEY, in, WINDOWS).step("Step", spec, out).to(WINDOWS);
      program =
          new StageProgram(
              stage.plan(),
              stage.stage(),
              0,
              environment(),
              new StageClock(Clock.system()),
              (e, t, block, r) -> take(block));
      program.open();
    }

    private void take(Block block) {
      for (int i = 0; i < block.size(); i++) {
        values.add(block.value(i));
        metas.add(block.meta(i));
      }
    }

    StageReport batch(long processingTime, long watermark, Block block) {
      return batch(processingTime, new Times(watermark, processingTime), block);
    }

    StageReport batch(long processingTime, Times upstream, Block block) {
      values.clear();
      metas.clear();
      long[] horizons = {EventTime.MAX, EventTime.MAX, EventTime.MAX};
      program.begin(
          new BatchHeader(
              ++batches,
              processingTime,
              new BitSet(),
              new ReadShares(3, 0),
              0,
              false,
              false,
              0,
              horizons,
              false));
      program.absorb(0, block);
      program.ended(0, 0, upstream);
      return program.complete();
    }

    /** What has been put out, for the stage behind. */
    Block block() {
      Block block = new Block(Math.max(1, values.size()), true);
      for (int i = 0; i < values.size(); i++) {
        add(block, values.get(i), metas.get(i));
      }
      return block;
    }

    List<PaneInfo.Timing> timings() {
      return metas.stream().map(meta -> meta.pane().getTiming()).toList();
    }
  }

  @Test
  void aWindowThatClosesInTheFirstStageIsAResultOfTheLastInTheSameBatch() {
    Running first = grouping(BY_MINUTE, RECORDS);
    Running second = grouping(BY_MINUTE, grouped(RECORDS));
    StageReport report = first.batch(NOON, NOON - 60_000, record(NOON - 50_000));
    second.batch(NOON, report.times(), first.block());
    assertThat(second.timings(), is(List.of()));

    report = first.batch(NOON + 1, NOON, none());
    second.batch(NOON + 1, report.times(), first.block());

    assertThat(second.timings(), is(List.of(PaneInfo.Timing.ON_TIME)));
  }

  @Test
  void whatTimersOfAStatefulDoFnOutputComesOneBatchBeforeTheWatermark() {
    Running stateful = stateful();
    stateful.batch(NOON + 5000, NOON - 60_000, record(NOON - 50_000));

    StageReport fired = stateful.batch(NOON + 5100, NOON, none());
    assertThat(stateful.values, is(List.of(KV.of("key", "timer"))));
    assertThat(fired.times().watermark(), is(NOON - 60_000));
    assertThat(fired.nextWakeUp(), is(StageReport.AT_ONCE));

    StageReport after = stateful.batch(NOON + 5200, NOON, none());
    assertThat(after.times().watermark(), is(NOON));
    assertThat(after.nextWakeUp(), is(Long.MAX_VALUE));
  }

  @Test
  void timersInEveryBatchLeaveTheWatermarkNoMoreThanOneBatchBehind() {
    Running stateful = stateful();
    stateful.batch(NOON, NOON - 60_000, record(NOON - 50_000));
    for (int minute = 0; minute < 5; minute++) {
      long watermark = NOON + minute * 60_000;
      StageReport report =
          stateful.batch(NOON + 10 + minute, watermark, record(watermark + 10_000));

      assertThat(stateful.values, is(List.of(KV.of("key", "timer"))));
      assertThat(report.times().watermark(), is(watermark - 60_000));
    }
  }

  @Test
  void whatProcessingTimeFiresComesOneBatchBeforeTheWatermark() {
    Running grouping = grouping(EARLY, RECORDS);
    grouping.batch(NOON, NOON - 60_000, record(NOON - 50_000));

    StageReport early = grouping.batch(NOON + 5100, NOON, none());
    assertThat(grouping.timings(), is(List.of(PaneInfo.Timing.EARLY)));
    assertThat(early.times().watermark(), is(NOON - 60_000));
    assertThat(early.nextWakeUp(), is(StageReport.AT_ONCE));

    StageReport onTime = grouping.batch(NOON + 5200, NOON, none());
    assertThat(grouping.timings(), is(List.of(PaneInfo.Timing.ON_TIME)));
    assertThat(onTime.times().watermark(), is(NOON));
  }

  @Test
  void whatProcessingTimeFiresWhileTheWatermarkCatchesUpComesOneBatchBeforeItToo() {
    Running grouping = grouping(EARLY, RECORDS);
    grouping.batch(NOON, NOON - 60_000, record(NOON - 50_000));
    grouping.batch(NOON + 1000, NOON - 60_000, record(NOON + 10_000));

    StageReport first = grouping.batch(NOON + 5100, NOON - 30_000, none());
    assertThat(grouping.timings(), is(List.of(PaneInfo.Timing.EARLY)));
    assertThat(first.times().watermark(), is(NOON - 60_000));

    StageReport second = grouping.batch(NOON + 6100, NOON + 60_000, none());
    assertThat(grouping.timings(), is(List.of(PaneInfo.Timing.EARLY)));
    assertThat(second.times().watermark(), is(NOON - 30_000));
    assertThat(second.nextWakeUp(), is(StageReport.AT_ONCE));

    StageReport third = grouping.batch(NOON + 6200, NOON + 60_000, none());
    assertThat(grouping.timings(), is(List.of(PaneInfo.Timing.ON_TIME, PaneInfo.Timing.ON_TIME)));
    assertThat(third.times().watermark(), is(NOON + 60_000));
  }

  /** Without the batch in between, both stages would put out one pane, on time. */
  @Test
  void anEarlyPaneIsEarlyInTheStageBehindToo() {
    Running first = grouping(EARLY, RECORDS);
    Running second =
        grouping(EARLY.withTrigger(EARLY.getTrigger().getContinuationTrigger()), grouped(RECORDS));
    List<PaneInfo.Timing> timings = new ArrayList<>();
    long[] processing = {NOON, NOON + 5100, NOON + 5200, NOON + 5300, NOON + 5400};
    for (long now : processing) {
      Block block = now == NOON ? record(NOON - 50_000) : none();
      StageReport report = first.batch(now, now == NOON ? NOON - 60_000 : NOON, block);
      second.batch(now, report.times(), first.block());
      timings.addAll(second.timings());
    }

    assertThat(timings, is(List.of(PaneInfo.Timing.EARLY, PaneInfo.Timing.ON_TIME)));
  }

  @Test
  void aTimerIsDueOneMillisecondBehindItsTimestamp() {
    Running grouping = grouping(EARLY, RECORDS);
    StageReport report = grouping.batch(NOON, NOON - 60_000, record(NOON - 50_000));
    assertThat(report.nextWakeUp(), is(NOON + 5001));

    grouping.batch(NOON + 5000, NOON - 60_000, none());
    assertThat(grouping.timings(), is(List.of()));

    grouping.batch(NOON + 5001, NOON - 60_000, none());
    assertThat(grouping.timings(), is(List.of(PaneInfo.Timing.EARLY)));
  }

  @Test
  void aTimerHoldsTheWatermarkUntilItHasFired() {
    Running stateful = stateful();
    StageReport report = stateful.batch(NOON, NOON - 60_000, record(NOON - 50_000));
    assertThat("later than the watermark", report.hold(), is(HoldKind.NONE));

    report = stateful.batch(NOON + 1, NOON - 40_000, none());
    assertThat(report.times().watermark(), is(NOON - 50_000));
    assertThat(report.hold(), is(HoldKind.TIMER));

    report = stateful.batch(NOON + 2, NOON, none());
    assertThat(stateful.values, is(List.of(KV.of("key", "timer"))));
    assertThat(report.hold(), is(HoldKind.SETTLING));

    report = stateful.batch(NOON + 3, NOON, none());
    assertThat(report.hold(), is(HoldKind.NONE));
  }

  @Test
  void aWindowWhoseResultIsAsEarlyAsItsFirstElementHoldsTheWatermark() {
    Running grouping =
        grouping(BY_MINUTE.withTimestampCombiner(TimestampCombiner.EARLIEST), RECORDS);
    grouping.batch(NOON, NOON - 60_000, record(NOON - 50_000));

    StageReport report = grouping.batch(NOON + 1, NOON - 40_000, none());
    assertThat(report.times().watermark(), is(NOON - 50_000));
    assertThat(report.hold(), is(HoldKind.GROUP));

    report = grouping.batch(NOON + 2, NOON, none());
    assertThat(grouping.timings(), is(List.of(PaneInfo.Timing.ON_TIME)));
    assertThat(report.hold(), is(HoldKind.NONE));
  }

  @Test
  void whatIsLeftOfSplittableWorkHoldsTheWatermarkUntilItIsDone() {
    Running splittable = splittable();
    splittable.batch(NOON, NOON - 60_000, piece(NOON - 50_000, 2));

    StageReport report = splittable.batch(NOON, NOON - 40_000, none());
    assertThat(report.times().watermark(), is(EventTime.MIN));
    assertThat(report.hold(), is(HoldKind.RESIDUAL));

    splittable.batch(NOON + 61_000, NOON - 40_000, none());
    assertThat(splittable.values, is(List.of(KV.of("key", "1"))));
    splittable.batch(NOON + 122_000, NOON - 40_000, none());
    report = splittable.batch(NOON + 122_001, NOON - 40_000, none());
    assertThat(report.times().watermark(), is(NOON - 40_000));
    assertThat(report.hold(), is(HoldKind.NONE));
  }

  @Test
  void whatProcessingTimeHasFiredLeavesTheWatermarkToSettle() {
    Running grouping = grouping(EARLY, RECORDS);
    grouping.batch(NOON, NOON - 60_000, record(NOON - 50_000));

    assertThat(grouping.batch(NOON + 5100, NOON, none()).hold(), is(HoldKind.SETTLING));
    assertThat(grouping.batch(NOON + 5200, NOON, none()).hold(), is(HoldKind.NONE));
  }

  private Running grouping(
      WindowingStrategy<Object, IntervalWindow> windowing, KvCoder<?, ?> coder) {
    return new Running(
        new StepSpec.GroupByKey(coder, windowing, null, StepSpec.Aggregator.TRIGGERED),
        coder,
        grouped(coder));
  }

  private static KvCoder<?, ?> grouped(KvCoder<?, ?> coder) {
    return KvCoder.of(coder.getKeyCoder(), IterableCoder.of(coder.getValueCoder()));
  }

  private Running stateful() {
    return new Running(
        OneStage.parDo(new TimerFn(), RECORDS, RECORDS, BY_MINUTE, true), RECORDS, RECORDS);
  }

  private Running splittable() {
    StepSpec.ParDo parDo =
        OneStage.parDo(new SlowFn(), StringUtf8Coder.of(), RECORDS, BY_MINUTE, false);
    return new Running(
        new StepSpec.SplittableProcess(parDo, OffsetRange.Coder.of(), VoidCoder.of()),
        PIECES,
        RECORDS);
  }

  private StageEnvironment environment() {
    return new StageEnvironment(
        new StageSettings(
            new SerializablePipelineOptions(PipelineOptionsFactory.create()),
            1,
            Map.of(),
            Enforcement.NONE,
            StateBackend.HEAP,
            false,
            0,
            false),
        Clock.system(),
        timeLimits,
        () -> false);
  }

  private static Block none() {
    return new Block(1, true);
  }

  private static Block record(long timestamp) {
    Block block = new Block(1, true);
    IntervalWindow window = FixedWindows.of(MINUTE).assignWindow(new Instant(timestamp));
    add(block, KV.of("key", "element"), Meta.of(timestamp, window, PaneInfo.NO_FIRING));
    return block;
  }

  /** A piece of splittable work, under the key that it was given. */
  private static Block piece(long timestamp, long size) {
    Block block = new Block(1, true);
    byte[] key = {1};
    KeyCodec<byte[]> keys = KeyCodec.of(ByteArrayCoder.of());
    IntervalWindow window = FixedWindows.of(MINUTE).assignWindow(new Instant(timestamp));
    block.add(
        KV.of(key, KV.of("key", new OffsetRange(0, size))),
        Meta.of(timestamp, window, PaneInfo.NO_FIRING),
        keys.comparable(key),
        keys.hash(key));
    return block;
  }

  private static void add(Block block, Object value, Meta meta) {
    String key = (String) ((KV<?, ?>) value).getKey();
    block.add(value, meta, KEYS.comparable(key), KEYS.hash(key));
  }

  /** Outputs one offset in a minute, without a watermark of its own. */
  @DoFn.BoundedPerElement
  static final class SlowFn extends DoFn<String, KV<String, String>> {
    private static final long serialVersionUID = 1L;

    @GetInitialRestriction
    public OffsetRange initial() {
      return new OffsetRange(0, 2);
    }

    @ProcessElement
    public ProcessContinuation process(
        @Element String name,
        RestrictionTracker<OffsetRange, Long> tracker,
        OutputReceiver<KV<String, String>> output) {
      long next = tracker.currentRestriction().getFrom();
      if (!tracker.tryClaim(next)) {
        return ProcessContinuation.stop();
      }
      output.output(KV.of(name, String.valueOf(next)));
      return ProcessContinuation.resume().withResumeDelay(MINUTE);
    }
  }

  /** Outputs something twenty seconds of event time behind each element. */
  static final class TimerFn extends DoFn<KV<String, String>, KV<String, String>> {
    private static final long serialVersionUID = 1L;

    @TimerId("timer")
    private final TimerSpec spec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(@Timestamp Instant timestamp, @TimerId("timer") Timer timer) {
      timer.withOutputTimestamp(timestamp).set(timestamp.plus(Duration.standardSeconds(20)));
    }

    @OnTimer("timer")
    public void onTimer(BoundedWindow window, OutputReceiver<KV<String, String>> output) {
      output.output(KV.of("key", "timer"));
    }
  }
}
