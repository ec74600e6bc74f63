package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.time.ManualClock;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.junit.jupiter.api.Test;

class ProcessingTimeTest {

  private final VirtualClock clock = new VirtualClock();
  private final ManualClock script = new ManualClock(clock, 1_000);
  private final ReportBuilder report = new ReportBuilder(0, 0);

  private PipelineStatus status() {
    Stage read =
        new Stage(
            0,
            "Read",
            List.of(new Step("Read", new StepSpec.Impulse(), List.of())),
            List.of(),
            Map.of(),
            List.of());
    return PipelineStatus.of(
        new Plan("test", List.of(read), List.of(), 16), List.of(report.build()));
  }

  private static CommitPoint point(long processingTime, long clockMillis) {
    return new CommitPoint(
        1, processingTime, clockMillis, 0, false, false, new MetricsContainerStepMap());
  }

  @Test
  void aBatchHasTheTimeOfTheClock() {
    ProcessingTime time = new ProcessingTime(clock, null);
    clock.pass(40);

    assertThat(time.next(status()), is(40L));
    assertThat("stands within a millisecond", time.next(status()), is(40L));
  }

  @Test
  void itMovesOnWhereAStageLagsThoughTheClockStands() {
    ProcessingTime time = new ProcessingTime(clock, null);
    time.next(status());
    report.nextWakeUp = StageReport.AT_ONCE;

    assertThat(time.next(status()), is(1L));
    assertThat(time.next(status()), is(2L));
  }

  @Test
  void itDoesNotGoBackBehindACommit() {
    ProcessingTime time = new ProcessingTime(clock, null);
    time.restore(point(5_000, 0));

    assertThat(time.next(status()), is(5_000L));
    assertThat(time.ofBatch(), is(5_000L));
  }

  @Test
  void aScriptSaysTheTimeEvenWhereAStageLags() {
    ProcessingTime time = new ProcessingTime(script, script);
    report.nextWakeUp = StageReport.AT_ONCE;
    report.clockAdvance = 70;

    assertThat(time.next(status()), is(1_000L));
    time.batch(status());
    clock.pass(500);

    assertThat(time.next(status()), is(1_070L));
    assertThat(time.lags(status()), is(false));
  }

  @Test
  void whenTheScriptIsOverTimeGoesOnToTheNextTimer() {
    ProcessingTime time = new ProcessingTime(script, script);
    report.nextWakeUp = 9_000;
    assertThat("it plays", time.next(status()), is(1_000L));

    report.done = true;
    report.withholds = true;
    assertThat("records wait for a commit", time.next(status()), is(1_000L));

    report.withholds = false;
    assertThat(time.next(status()), is(9_000L));
  }

  @Test
  void theClockOfAScriptIsTakenBackFromACommit() {
    ProcessingTime time = new ProcessingTime(script, script);
    time.restore(point(3_000, 3_070));

    assertThat(time.clock().millis(), is(3_070L));
    assertThat(time.next(status()), is(3_070L));
  }
}
