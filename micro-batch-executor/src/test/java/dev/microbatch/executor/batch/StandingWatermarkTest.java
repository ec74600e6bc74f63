package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.log.Log;
import dev.microbatch.executor.monitor.Cause;
import dev.microbatch.executor.monitor.Explanation;
import dev.microbatch.executor.monitor.Outcome;
import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StandingWatermarkTest {

  private final VirtualClock clock = new VirtualClock();
  private final PipelineMonitor monitor = new PipelineMonitor(plan(), clock);
  private final Log log = Log.of("dev.microbatch.executor");
  private Explanation why = new Explanation(Cause.IDLE, "Idle.", null, -1, List.of());
  private final StandingWatermark standing =
      new StandingWatermark("test", clock, monitor::snapshot, () -> why);

  private static Plan plan() {
    Step read = new Step("Read", new StepSpec.Impulse(), List.of());
    Stage stage = new Stage(0, "Read", List.of(read), List.of(), Map.of(), List.of());
    return new Plan("test", List.of(stage), List.of(), 16);
  }

  @AfterEach
  void stopListening() {
    log.close();
  }

  private void standsAt(long watermark) {
    ReportBuilder report = new ReportBuilder(0, 0);
    report.watermark = watermark;
    monitor.stands(List.of(report.build()), 0);
  }

  private List<String> told(Level level) {
    return log.messages(level, "The watermark of test has stood at ");
  }

  @Test
  void saysItOnceWhenAMinuteIsOverAndAgainWhenItHasMovedAndStands() {
    standsAt(5);
    clock.pass(59_999);
    standing.look();
    assertThat(told(Level.INFO), is(empty()));

    clock.pass(1);
    standing.look();
    clock.pass(600_000);
    standing.look();
    assertThat(
        told(Level.INFO),
        contains(containsString("stood at 1970-01-01T00:00:00.005Z for 60 s. Idle.")));

    standsAt(6);
    standing.look();
    clock.pass(60_000);
    standing.look();
    assertThat(told(Level.INFO), hasSize(2));
  }

  @Test
  void userCodeThatDoesNotReturnIsAWarning() {
    why = new Explanation(Cause.USER_CODE, "Batch 7 runs.", "Call", 0, List.of());
    standsAt(5);
    clock.pass(60_000);
    standing.look();

    assertThat(told(Level.WARNING), contains(containsString("Batch 7 runs.")));
  }

  @Test
  void saysNothingOfAPipelineThatIsNotOpenOrHasEnded() {
    clock.pass(60_000);
    standing.look();
    standsAt(5);
    monitor.ended(Outcome.DONE, null);
    clock.pass(60_000);
    standing.look();

    assertThat(told(Level.INFO), is(empty()));
  }
}
