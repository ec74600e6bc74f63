package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.both;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.metrics.PipelineMetrics;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.stage.Poll;
import dev.microbatch.executor.stage.PollReport;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.executor.time.ManualClock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;

class MicroBatchLoopTest {

  private final VirtualClock clock = new VirtualClock();
  private final LoopControl control = new LoopControl();
  private final List<BatchSummary> summaries = new ArrayList<>();
  private final List<LoopEnd> ends = new ArrayList<>();

  private final LoopListener listener =
      new LoopListener() {
        @Override
        public void batch(BatchSummary batch) {
          summaries.add(batch);
        }

        @Override
        public void ended(LoopEnd end) {
          ends.add(end);
        }
      };

  @Test
  void listenersAreToldOfEveryBatchAndOfTheEnd() {
    StubEngine engine =
        new StubEngine(
            List.of(source(EventTime.MIN, true, 0)),
            header -> {
              clock.pass(2);
              return List.of(
                  header.number() == 1
                      ? source(5, true, 3)
                      : source(EventTime.MAX, false, header.number() == 2 ? 1 : 0));
            });

    loop(engine).run(null);

    assertThat(summaries.stream().map(BatchSummary::number).toList(), contains(1L, 2L, 3L));
    assertThat(told(s -> s.status().records()), contains(3L, 1L, 0L));
    assertThat(told(s -> s.status().watermark()), contains(5L, EventTime.MAX, EventTime.MAX));
    assertThat(told(s -> s.phases().ran()), contains(2_000_000L, 2_000_000L, 2_000_000L));
    assertThat(told(s -> s.commit().captured()), contains(false, false, true));
    assertThat(ends, contains(new LoopEnd(PlanExecution.End.DONE, false, 3)));
  }

  @Test
  void aSummarySaysWhatBoundsTheBatchUntilACommitIsDurable() {
    BatchSummary.Retries after = new BatchSummary.Retries(2, 4);
    StubEngine engine =
        new StubEngine(
            List.of(source(EventTime.MIN, true, 0)),
            header -> {
              clock.pass(600);
              return List.of(
                  source(header.number() == 4 ? EventTime.MAX : 5, header.number() < 4, 1));
            });
    MicroBatchLoop loop = loop(engine);
    loop.limitRecords(after, () -> {});

    loop.run(null);

    assertThat(engine.headers.get(0).shares().of(0, 0), is(4L));
    assertThat(
        told(BatchSummary::retries).subList(0, 3),
        contains(after, after, BatchSummary.Retries.NONE));
  }

  @Test
  void anIdleStreamRunsNoBatchesButItsHeartbeat() {
    StubEngine engine =
        new StubEngine(List.of(source(5, true, 0)), header -> List.of(source(5, false, 0)));
    engine.answers = poll -> polled(false, 5 + clock.millis());
    cancelAt(10_000, engine);

    loop(engine).run(null);

    assertThat(engine.headers.size(), is(lessThan(15)));
    assertThat(engine.polls.size(), is(both(greaterThan(200)).and(lessThan(1_000))));
  }

  @Test
  void aRecordThatAPollFindsIsReadAtOnce() {
    List<Long> batches = new ArrayList<>();
    StubEngine engine =
        new StubEngine(
            List.of(source(5, true, 0)),
            header -> {
              batches.add(clock.millis());
              return List.of(source(5, false, batches.size() == 2 ? 1 : 0));
            });
    List<Long> found = new ArrayList<>();
    engine.answers =
        poll -> {
          boolean comes = found.isEmpty() && clock.millis() >= 400;
          if (comes) {
            found.add(clock.millis());
          }
          return polled(comes, 5);
        };
    cancelAt(500, engine);

    loop(engine).run(null);

    assertThat(found.get(0), is(both(greaterThanOrEqualTo(400L)).and(lessThanOrEqualTo(410L))));
    assertThat(batches.get(1), is(found.get(0)));
    assertThat(engine.headers.get(1).shares().of(0, 0), is(ReadBudget.FIRST_RECORDS));
  }

  @Test
  void aWindowFiresWhenTheWatermarkOfAPolledSourceIsThere() {
    List<Long> batches = new ArrayList<>();
    StubEngine engine =
        new StubEngine(
            List.of(source(5, true, 0)),
            header -> {
              batches.add(clock.millis());
              return List.of(
                  fires(batches.size() == 1 ? 5 : 700, batches.size() == 1 ? 600 : Long.MAX_VALUE));
            });
    engine.answers = poll -> polled(false, clock.millis());
    cancelAt(650, engine);

    loop(engine).run(null);

    assertThat(batches.get(1), is(both(greaterThanOrEqualTo(600L)).and(lessThanOrEqualTo(610L))));
  }

  @Test
  void whatWasReadIsCommittedAtThePaceOfCommitsThoughNothingComes() {
    StubEngine engine =
        new StubEngine(
            List.of(source(5, true, 0)),
            header -> List.of(source(5, false, header.number() == 1 ? 3 : 0)));
    engine.answers = poll -> polled(false, 5);
    cancelAt(1_500, engine);

    loop(engine, 300, 1).run(null);

    BatchSummary first =
        summaries.stream().filter(batch -> batch.commit().captured()).findFirst().orElseThrow();
    assertThat(
        first.processingTime(), is(both(greaterThanOrEqualTo(290L)).and(lessThanOrEqualTo(300L))));
  }

  @Test
  void anIdleStreamCommitsNowAndThen() {
    StubEngine engine =
        new StubEngine(
            List.of(source(5, true, 0)),
            header -> List.of(source(5 + clock.millis(), false, header.number() == 1 ? 3 : 0)));
    engine.answers = poll -> polled(false, 5 + clock.millis());
    cancelAt(35_000, engine);

    loop(engine, 1_000, 1).run(null);

    List<Long> commits =
        summaries.stream()
            .filter(batch -> batch.commit().captured())
            .map(BatchSummary::processingTime)
            .toList();
    assertThat("what came is committed soon", commits.get(0), is(lessThanOrEqualTo(1_000L)));
    assertThat("then each ten seconds", commits.size(), is(4));
  }

  @Test
  void whatFiresInAnIdleStreamIsCommittedSoon() {
    StubEngine engine =
        new StubEngine(
            List.of(source(5, true, 0)),
            header -> List.of(fires(clock.millis(), clock.millis() < 5_500 ? 5_500 : 100_000)));
    engine.answers = poll -> polled(false, clock.millis());
    cancelAt(9_000, engine);

    loop(engine, 300, 1).run(null);

    long last =
        summaries.stream()
            .filter(batch -> batch.commit().captured())
            .mapToLong(BatchSummary::processingTime)
            .max()
            .orElseThrow();
    assertThat(last, is(both(greaterThanOrEqualTo(5_500L)).and(lessThanOrEqualTo(5_900L))));
  }

  @Test
  void aDrainIsNoticedWhileThereIsNothingToDo() {
    StubEngine engine =
        new StubEngine(
            List.of(source(5, true, 0)),
            header -> List.of(source(header.drain() ? EventTime.MAX : 5, false, 0)));
    engine.answers =
        poll -> {
          control.drain();
          return polled(false, 5);
        };

    loop(engine).run(null);

    assertThat(engine.polls.size(), is(1));
    assertThat(ends, contains(new LoopEnd(PlanExecution.End.DONE, true, engine.headers.size())));
  }

  @Test
  void aDrainThatIsResumedEndsItsSourcesInTheFirstBatchAndAsksNone() {
    StubEngine engine =
        new StubEngine(
            List.of(source(5, true, 0)),
            header -> List.of(source(header.drain() ? EventTime.MAX : 5, false, 0)));
    MicroBatchLoop loop = loop(engine);
    loop.restore(new CommitPoint(7, 0, 0, 0, true, false, new MetricsContainerStepMap()));

    loop.run(null);

    assertThat(engine.headers.get(0).drain(), is(true));
    assertThat(engine.headers.get(0).admitted().isEmpty(), is(true));
    assertThat(engine.polls.size(), is(0));
    assertThat("no time has passed", clock.millis(), is(0L));
    assertThat(ends, contains(new LoopEnd(PlanExecution.End.DONE, true, 8)));
  }

  @Test
  void onlyPartitionsWithASourceThatIsOpenAreAsked() {
    StubEngine engine =
        new StubEngine(
            List.of(source(5, true, 0), at(1, EventTime.MAX)),
            header -> List.of(source(5, false, 0), at(1, EventTime.MAX)));
    engine.answers =
        poll -> {
          control.cancel();
          return polled(false, 5);
        };

    loop(engine, 1_000, 2).run(null);

    assertThat(engine.polls.get(0).partitions(), is(BitSet.valueOf(new long[] {1})));
  }

  @Test
  void acknowledgementsMakeABatchDueAsSoonAsTheirCommitIsDurable() {
    long hour = 3_600_000;
    List<Long> times = new ArrayList<>();
    StubEngine engine =
        new StubEngine(
            List.of(waiting(hour, false)),
            header -> {
              times.add(clock.millis());
              return List.of(
                  header.number() == 1
                      ? waiting(clock.millis() + hour, true)
                      : source(EventTime.MAX, false, 0));
            });

    loop(engine).run(null);

    assertThat(engine.headers.get(0).commit(), is(true));
    assertThat("before the hour is over", times.get(1), is(times.get(0)));
    assertThat(engine.headers.get(1).durableCommit(), is(1L));
    assertThat("behind which no batch comes", engine.acknowledged, contains(2L));
  }

  @Test
  void aScriptMovesTheClockWhenItsBatchIsOver() {
    ManualClock script = new ManualClock(clock, 1_000);
    List<Long> during = new ArrayList<>();
    StubEngine engine =
        new StubEngine(
            List.of(source(EventTime.MIN, true, 0)),
            header -> {
              during.add(script.millis());
              return List.of(
                  header.number() == 1
                      ? report(0, 5, true, 1, Long.MAX_VALUE, Long.MAX_VALUE, 70, false)
                      : source(EventTime.MAX, false, 0));
            });

    loop(engine, 1_000, 1, script).run(null);

    assertThat(during.subList(0, 2), contains(1_000L, 1_070L));
    assertThat(engine.headers.get(1).processingTime(), is(1_070L));
  }

  @Test
  void aPipelineThatStandsStillSaysWhoHoldsTheWatermark() {
    ReportBuilder report = new ReportBuilder(0, 0);
    report.watermark = 5;
    report.done = true;
    StubEngine engine = new StubEngine(List.of(report.build()), header -> List.of(report.build()));

    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> loop(engine).run(null));

    assertThat(
        refused.getMessage(),
        endsWith(
            "Read at 1970-01-01T00:00:00.005Z\n  Read, partition 0, at"
                + " 1970-01-01T00:00:00.005Z: has ended"));
  }

  private <T> List<T> told(Function<BatchSummary, T> figure) {
    return summaries.stream().map(figure).toList();
  }

  private void cancelAt(long millis, StubEngine engine) {
    Function<Poll, List<PollReport>> answers = engine.answers;
    engine.answers =
        poll -> {
          if (clock.millis() >= millis) {
            control.cancel();
          }
          return answers.apply(poll);
        };
  }

  private MicroBatchLoop loop(StubEngine engine) {
    return loop(engine, 1_000, 1);
  }

  private MicroBatchLoop loop(StubEngine engine, long commitInterval, int parallelism) {
    return loop(engine, commitInterval, parallelism, null);
  }

  private MicroBatchLoop loop(
      StubEngine engine, long commitInterval, int parallelism, @Nullable ManualClock script) {
    Stage stage =
        new Stage(
            0,
            "Read",
            List.of(new Step("Read", new StepSpec.Impulse(), List.of())),
            List.of(),
            Map.of(),
            List.of());
    return new MicroBatchLoop(
        new Plan("test", List.of(stage), List.of(), 16),
        new LoopOptions(
            parallelism, 0, -1, -1, commitInterval, 0, Enforcement.NONE, StateBackend.HEAP, false),
        engine,
        Committer.inMemory(),
        new PipelineMetrics(),
        control,
        List.of(listener),
        new ReadBudget(),
        script == null ? clock : script,
        script);
  }

  private static List<PollReport> polled(boolean hasRecord, long watermark) {
    return List.of(new PollReport(0, 0, hasRecord, watermark));
  }

  private static StageReport source(long watermark, boolean hasMore, long records) {
    return report(0, watermark, hasMore, records, Long.MAX_VALUE);
  }

  private static StageReport at(int partition, long watermark) {
    return report(partition, watermark, false, 0, Long.MAX_VALUE);
  }

  private static StageReport fires(long watermark, long nextEventTime) {
    return report(0, watermark, false, 0, nextEventTime);
  }

  /** Nothing is left to read, and a timer waits. */
  private static StageReport waiting(long wakeUp, boolean unacknowledged) {
    return report(0, 5, false, 0, Long.MAX_VALUE, wakeUp, 0, unacknowledged);
  }

  private static StageReport report(
      int partition, long watermark, boolean hasMore, long records, long nextEventTime) {
    return report(partition, watermark, hasMore, records, nextEventTime, Long.MAX_VALUE, 0, false);
  }

  private static StageReport report(
      int partition,
      long watermark,
      boolean hasMore,
      long records,
      long nextEventTime,
      long wakeUp,
      long clockAdvance,
      boolean unacknowledged) {
    ReportBuilder report = new ReportBuilder(0, partition);
    report.watermark = watermark;
    report.nextWakeUp = wakeUp;
    report.hasMore = hasMore;
    report.done = watermark >= EventTime.MAX || wakeUp < Long.MAX_VALUE;
    report.records = records;
    report.nextEventTime = nextEventTime;
    report.clockAdvance = clockAdvance;
    report.unacknowledged = unacknowledged;
    return report.build();
  }
}
