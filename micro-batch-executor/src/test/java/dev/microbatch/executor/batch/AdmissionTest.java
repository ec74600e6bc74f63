package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.stage.StageReport;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.testing.TestStream;
import org.junit.jupiter.api.Test;

/** Who may read next: sources behind those that feed their side inputs, scripts behind all. */
class AdmissionTest {

  private static final int PARTITIONS = 2;

  private final List<Stage> stages = new ArrayList<>();

  /** The readers that have ended. */
  private final Set<List<Integer>> done = new HashSet<>();

  /** The readers that have more to read at once. */
  private final Set<List<Integer>> more = new HashSet<>();

  private int add(StepSpec spec, Integer... after) {
    int id = stages.size();
    Step step =
        new Step(
            "step " + id,
            spec,
            List.of(new Output(Output.MAIN, "out " + id, ByteArrayCoder.of(), List.of())));
    stages.add(new Stage(id, step.name(), List.of(step), List.of(), Map.of(), List.of(after)));
    return id;
  }

  private int source(Integer... after) {
    return add(new StepSpec.Impulse(), after);
  }

  private int script() {
    return add(
        new StepSpec.Script(TestStream.create(VarIntCoder.of()).advanceWatermarkToInfinity()));
  }

  private Admission admission() {
    return new Admission(new Plan("plan", stages, List.of(), 16));
  }

  private void end(int stage) {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      done.add(List.of(stage, partition));
    }
  }

  private PipelineStatus status() {
    List<StageReport> reports = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      for (Stage stage : stages) {
        List<Integer> reader = List.of(stage.id(), partition);
        ReportBuilder report = new ReportBuilder(stage.id(), partition);
        report.hasMore = more.contains(reader);
        report.done = done.contains(reader);
        reports.add(report.build());
      }
    }
    return PipelineStatus.of(new Plan("plan", stages, List.of(), 16), reports);
  }

  private static BitSet of(int... stages) {
    BitSet set = new BitSet();
    for (int stage : stages) {
      set.set(stage);
    }
    return set;
  }

  @Test
  void everySourceReadsUntilItHasEndedInAllPartitions() {
    int first = source();
    int second = source();
    Admission admission = admission();
    assertThat(admission.admit(status(), false), is(of(first, second)));
    done.add(List.of(first, 0));
    assertThat(admission.admit(status(), false), is(of(first, second)));
    end(first);
    assertThat(admission.admit(status(), false), is(of(second)));
    end(second);
    assertThat(admission.admit(status(), false), is(of()));
  }

  @Test
  void aSourceWaitsForAllThatFeedItsSideInputs() {
    int view = source();
    int other = source();
    int main = source(view, other);
    Admission admission = admission();
    assertThat(admission.ready(status()), is(of(view, other)));
    end(view);
    done.add(List.of(other, 0));
    assertThat(admission.ready(status()), is(of(other)));
    end(other);
    assertThat(admission.ready(status()), is(of(main)));
  }

  @Test
  void aScriptPlaysOnlyWhenNothingElseHasAnythingToDo() {
    int script = script();
    int source = source();
    Admission admission = admission();
    more.add(List.of(source, 1));
    assertThat("a source has more", admission.admit(status(), false), is(of(source)));
    more.clear();
    assertThat("work is due", admission.admit(status(), true), is(of(source)));
    assertThat("all are idle", admission.admit(status(), false), is(of(script, source)));
  }

  @Test
  void aSourceThatMayNotReadYetKeepsNoScriptWaiting() {
    int script = script();
    int waiting = source(script);
    more.add(List.of(waiting, 0));
    assertThat(admission().admit(status(), false), is(of(script)));
  }

  @Test
  void scriptsTakeTurnsAndThoseThatAreOverArePassedOver() {
    int first = script();
    int second = script();
    int third = script();
    Admission admission = admission();
    assertThat(admission.admit(status(), false), is(of(first)));
    assertThat(admission.admit(status(), false), is(of(second)));
    assertThat(admission.admit(status(), false), is(of(third)));
    assertThat(admission.admit(status(), false), is(of(first)));
    end(second);
    assertThat(admission.admit(status(), false), is(of(third)));
    assertThat(admission.scriptIsPlaying(status()), is(true));
    end(first);
    end(third);
    assertThat(admission.admit(status(), false), is(of()));
    assertThat(admission.scriptIsPlaying(status()), is(false));
  }

  @Test
  void theTurnOfScriptsIsTakenBackFromACommit() {
    script();
    int second = script();
    Admission before = admission();
    before.admit(status(), false);
    Admission admission = admission();
    admission.restore(before.nextScript());
    assertThat(admission.admit(status(), false), is(of(second)));
  }
}
