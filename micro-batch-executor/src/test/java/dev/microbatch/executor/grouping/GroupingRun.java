package dev.microbatch.executor.grouping;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.grouping.GroupingCase.Arrival;
import dev.microbatch.executor.grouping.GroupingCase.Restart;
import dev.microbatch.executor.grouping.GroupingCase.Round;
import dev.microbatch.executor.grouping.Trace.Figures;
import dev.microbatch.executor.grouping.Trace.Pane;
import dev.microbatch.executor.operator.BeamGroupingOperator;
import dev.microbatch.executor.operator.OperatorFactory;
import dev.microbatch.executor.operator.Operators;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.StepSpec.Aggregator;
import dev.microbatch.executor.stage.Emitted;
import dev.microbatch.executor.stage.OneStage;
import dev.microbatch.executor.stage.RunningStage;
import dev.microbatch.executor.stage.Scenario;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.ToLongFunction;
import org.apache.beam.runners.core.LateDataUtils;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Instant;

/**
 * A grouping on its way through a case, by one operator.
 *
 * <p>Behind the batch of a round that settles come {@value #EMPTY} empty ones, and more while the
 * stage wants them, a millisecond of processing time each. So whether something that fires nothing
 * wakes the stage makes no difference for what happens when.
 *
 * <p>On its way it checks what the loop relies on:
 *
 * <ul>
 *   <li>As long as no records come, and neither the watermark nor processing time reach what the
 *       stage says it waits for, nothing comes out, no hold moves, and it waits for nothing
 *       earlier.
 *   <li>When it has settled it waits for something behind the present times.
 *   <li>A restart changes nothing of what it waits for and holds back.
 *   <li>The watermark that it sends does not go back.
 *   <li>At the end of time it waits for nothing, and holds nothing back.
 * </ul>
 */
final class GroupingRun {

  private static final int EMPTY = 3;

  /** More batches than any round needs. */
  private static final int MAX_BATCHES = 100;

  private final GroupingCase of;
  private final String operator;
  private final RunningStage stage;
  private final List<Pane> panes = new ArrayList<>();
  private final List<Figures> figures = new ArrayList<>();

  /** Equal windows come as the same objects, as they do where they are assigned. */
  private final Map<List<BoundedWindow>, List<BoundedWindow>> sameWindows = new HashMap<>();

  private int round;
  private long processingTime;
  private long lateDrops;
  private long sent = EventTime.MIN;

  /** What was sent when it had settled for the last time. */
  private long settledWatermark = EventTime.MIN;

  private Waiting waiting = new Waiting(Long.MAX_VALUE, Long.MAX_VALUE, EventTime.MAX);

  /** What a stage waits for, and what it holds back meanwhile. */
  private record Waiting(long eventTime, long wakeUp, long hold) {

    /** Whether that is possible though nothing has happened: a wait may turn out to be in vain. */
    boolean followsIdly(Waiting before) {
      return hold == before.hold && eventTime >= before.eventTime && wakeUp >= before.wakeUp;
    }
  }

  private GroupingRun(
      GroupingCase of,
      String operator,
      Aggregator aggregator,
      OperatorFactory operators,
      ScheduledExecutorService timeLimits) {
    this.of = of;
    this.operator = operator;
    StepSpec.GroupByKey spec =
        new StepSpec.GroupByKey(
            of.content().inputCoder(), of.windowing(), of.content().combining(), aggregator);
    OneStage one =
        OneStage.taking(
                Exchange.Kind.BY_KEY,
                of.content().inputCoder(),
                of.windowing().getWindowFn().windowCoder())
            .step("Group", spec, of.content().outputCoder())
            .to(of.windowing().getWindowFn().windowCoder())
            .by(operators);
    this.stage = new RunningStage(one, of.manner(), timeLimits, of.parallelism(), this::take);
  }

  /** Runs a case by an aggregator; what comes out is compared by the caller. */
  static Trace run(GroupingCase of, Aggregator aggregator, ScheduledExecutorService timeLimits)
      throws Exception {
    return new GroupingRun(of, aggregator.name(), aggregator, Operators::create, timeLimits).run();
  }

  /** Runs a case by Beam's own machinery. */
  static Trace runByBeam(GroupingCase of, ScheduledExecutorService timeLimits) throws Exception {
    return new GroupingRun(
            of,
            "Beam's machinery",
            Aggregator.TRIGGERED, // for the plan: it is not asked
            BeamGroupingOperator::inPlace,
            timeLimits)
        .run();
  }

  private void take(Object value, Meta meta) {
    boolean behind = meta.timestamp() < settledWatermark;
    boolean expired =
        LateDataUtils.garbageCollectionTime(meta.window(), of.windowing()).getMillis()
            < settledWatermark;
    panes.add(new Pane(Emitted.of(label(), value, meta), behind, expired));
  }

  /** The round with whose end it has to be there. */
  private int label() {
    int end = round;
    while (!of.rounds().get(end).settles()) {
      end++;
    }
    return end;
  }

  private Trace run() throws Exception {
    try (stage) {
      for (Round next : of.rounds()) {
        play(next);
        round++;
      }
      return new Trace(panes, figures);
    }
  }

  private void play(Round next) throws Exception {
    processingTime = next.processingTime();
    if (next.restart() == Restart.CRASHED) {
      crash(next);
    }
    batch(arrivals(next), next, next.commits() || next.restart() == Restart.AT_ONCE);
    if (next.restart() == Restart.AT_ONCE) {
      restart(next);
    }
    if (next.settles()) {
      settle(next);
    }
    if (next.restart() == Restart.SETTLED) {
      stage.commit();
      restart(next);
    }
    if (next.settles()) {
      figures.add(
          new Figures(
              round,
              sent,
              processingTime - min(report -> report.times().synchronizedTime()),
              waiting.hold(),
              waiting.wakeUp(),
              waiting.eventTime(),
              lateDrops));
      settledWatermark = sent;
    }
  }

  /** Runs the first batch of a round, forgets it, and resumes from the commit before it. */
  private void crash(Round next) throws Exception {
    stage.commit();
    int panesBefore = panes.size();
    long dropsBefore = lateDrops;
    long sentBefore = sent;
    Waiting waitingBefore = waiting;
    batch(arrivals(next), next, false);
    panes.subList(panesBefore, panes.size()).clear();
    lateDrops = dropsBefore;
    sent = sentBefore;
    waiting = waitingBefore;
    restart(next);
  }

  private void settle(Round next) throws IOException {
    for (int batches = 0; batches < EMPTY || waiting.wakeUp() <= processingTime; batches++) {
      check(batches < MAX_BATCHES, "does not come to an end");
      processingTime++;
      batch(List.of(), next, next.commits());
    }
    if (next.watermark() < EventTime.MAX) {
      check(waiting.eventTime() > next.watermark(), "waits for a watermark that has come");
    } else {
      check(sent == EventTime.MAX, "does not send the end of time");
      check(
          waiting.equals(new Waiting(Long.MAX_VALUE, Long.MAX_VALUE, EventTime.MAX)),
          "has not ended at the end of time");
    }
  }

  private void batch(List<Scenario.Arrival> arrivals, Round next, boolean commits)
      throws IOException {
    Scenario.Batch times =
        new Scenario.Batch(
            List.of(), next.watermark(), EventTime.MAX, processingTime, next.drain());
    int panesBefore = panes.size();
    Waiting before = waiting;
    stage.batch(arrivals, times, times, processingTime, next.drain());
    stage.reports().forEach(report -> lateDrops += report.lateDrops());
    waiting = waiting();
    if (arrivals.isEmpty()
        && next.watermark() < before.eventTime()
        && processingTime < before.wakeUp()) {
      check(panes.size() == panesBefore, "fires though " + before);
      check(waiting.followsIdly(before), "waits for something else than " + before);
    }
    long watermark = min(report -> report.times().watermark());
    check(watermark >= sent, "sends an earlier watermark than " + sent);
    sent = watermark;
    if (commits) {
      stage.commit();
    }
  }

  private void restart(Round next) throws IOException {
    stage.restart(next.partitions());
    Waiting before = waiting;
    waiting = waiting();
    check(waiting.equals(before), "waits after a restart for something else than " + before);
    check(min(report -> report.times().watermark()) == sent, "has forgotten what it sent");
  }

  private Waiting waiting() {
    return new Waiting(
        min(StageReport::nextEventTime),
        min(StageReport::nextWakeUp),
        min(StageReport::outputHold));
  }

  private long min(ToLongFunction<StageReport> figure) {
    return stage.reports().stream().mapToLong(figure).min().getAsLong();
  }

  private void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(
          operator + " in round " + round + " " + otherwise + ": " + stage.reports());
    }
  }

  private List<Scenario.Arrival> arrivals(Round next) throws Exception {
    List<Scenario.Arrival> arrivals = new ArrayList<>();
    for (Arrival arrival : next.arrivals()) {
      List<BoundedWindow> windows =
          windows(KV.of(arrival.key(), arrival.number()), arrival.timestamp());
      if (!windows.isEmpty()) { // there may be gaps between them
        KV<String, Object> value = KV.of(arrival.key(), of.content().value(arrival.number()));
        Meta meta = Meta.of(arrival.timestamp(), windows, PaneInfo.NO_FIRING);
        arrivals.add(new Scenario.Arrival(0, value, meta));
      }
    }
    return arrivals;
  }

  @SuppressWarnings("unchecked") // All window functions here take any value.
  private List<BoundedWindow> windows(KV<String, Long> element, long timestamp) throws Exception {
    WindowFn<Object, BoundedWindow> windowFn =
        (WindowFn<Object, BoundedWindow>) of.windowing().getWindowFn();
    List<BoundedWindow> windows =
        List.copyOf(
            windowFn.assignWindows(
                windowFn.new AssignContext() {
                  @Override
                  public Object element() {
                    return element;
                  }

                  @Override
                  public Instant timestamp() {
                    return Instant.ofEpochMilli(timestamp);
                  }

                  @Override
                  public BoundedWindow window() {
                    throw new UnsupportedOperationException();
                  }
                }));
    return sameWindows.computeIfAbsent(windows, same -> same);
  }
}
