package dev.microbatch.benchmarks.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MainTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);

  private int run(String... args) {
    return Main.run(out, err, args);
  }

  private List<RunResult> results() {
    return bytes.toString(StandardCharsets.UTF_8).lines().map(RunResult::parse).toList();
  }

  private String errors() {
    return errors.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aRunnersRunsAreALineEach() {
    int status =
        run(
            "--benchmark=B3",
            "--runner=MicroBatchRunner",
            "--parallelism=2",
            "--n=20000",
            "--keys=100",
            "--seed=3",
            "--warmup=1",
            "--runs=2");
    assertThat(errors(), status, is(0));
    assertThat(results(), hasSize(2));
    RunResult second = results().get(1);
    assertThat(second.benchmark(), is("B3"));
    assertThat(second.runner(), is("MicroBatchRunner"));
    assertThat(second.n(), is(20_000L));
    assertThat(second.keys(), is(100));
    assertThat(second.seed(), is(3L));
    assertThat(second.run(), is(2));
    assertThat(second.ok(), is(true));
    assertThat(second.recordsPerSecond(), closeTo(20_000 / second.wallSeconds(), 0.01));
    assertThat(second.cpuSeconds(), greaterThan(0.0));
  }

  @Test
  void theProgramWrittenByHandRunsAlike() {
    assertThat(run("--benchmark=B2", "--runner=hand", "--n=20000", "--keys=50"), is(0));
    assertThat(results(), hasSize(3));
    assertThat(results().get(0).runner(), is("hand"));
    // 100 bytes for each value at least, which stay until the end
    assertThat(results().get(2).allocatedBytes(), greaterThan(20_000 * 100L));
  }

  @Test
  void aWrongResultIsNoticed() throws IOException {
    Main.Task task = Main.Task.parse("--benchmark=B5", "--runner=hand", "--n=1000", "--warmup=0");
    Outcome right = task.workload().expected();
    Outcome wrong = new Outcome(right.count(), right.checksum() + 1);
    assertThat(Main.measure(task, wrong, out, err), is(false));
    assertThat(results(), hasSize(1));
    assertThat(results().get(0).ok(), is(false));
    assertThat(errors(), containsString("B5 on hand has a wrong result: " + right));
    assertThat(Main.measure(task, right, out, err), is(true));
  }

  @Test
  void latenciesAreMeasured() {
    int status =
        run(
            "--benchmark=B11-window",
            "--runner=MicroBatchRunner",
            "--n=25000",
            "--keys=20",
            "--warmup=0",
            "--runs=1");
    assertThat(errors(), status, is(0));
    RunResult result = results().get(0);
    assertThat(result.p50Millis(), greaterThan(0.0));
    assertThat(result.p99Millis(), greaterThanOrEqualTo(result.p50Millis()));
    // the source's pace, not the runner's
    assertThat(result.wallSeconds(), greaterThan(2.4));
  }

  @Test
  void badOptionsAreRefusedByName() {
    refused("--runner is missing", "--benchmark=B1");
    refused("--benchmark is missing", "--runner=hand");
    refused("no benchmark B99; there are B1, B2", "--benchmark=B99", "--runner=hand");
    refused("--n=few is not accepted", "--benchmark=B1", "--runner=hand", "--n=few");
    refused("--keys=0 is not accepted", "--benchmark=B1", "--runner=hand", "--keys=0");
    refused("--parent=4194305 is not", "--benchmark=B1", "--runner=hand", "--parent=4194305");
    refused("B4 is not written by hand", "--benchmark=B4", "--runner=hand");
    refused("--parallelism=2 is not", "--benchmark=B1", "--runner=hand", "--parallelism=2");
    refused("NoSuchRunner", "--benchmark=B1", "--runner=NoSuchRunner");
    refused("nonesuch", "--benchmark=B1", "--runner=MicroBatchRunner", "--nonesuch=1");
  }

  private void refused(String message, String... args) {
    errors.reset();
    assertThat(run(args), is(2));
    assertThat(errors(), containsString(message));
    assertThat(bytes.size(), is(0));
  }

  @Test
  void helpNamesTheBenchmarks() {
    assertThat(run("--help"), is(0));
    String text = bytes.toString(StandardCharsets.UTF_8);
    for (Catalogue.Entry entry : Catalogue.all()) {
      assertThat(text, containsString("  " + entry.name() + " "));
    }
  }
}
