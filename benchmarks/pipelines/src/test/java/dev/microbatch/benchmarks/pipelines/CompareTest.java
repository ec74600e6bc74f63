package dev.microbatch.benchmarks.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.oneOf;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareTest {

  @TempDir Path directory;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final PrintStream err = new PrintStream(errors, true, StandardCharsets.UTF_8);

  @BeforeEach
  void giveClassPaths() throws IOException {
    for (String runner : List.of("micro-batch", "hand")) {
      Files.writeString(
          directory.resolve(runner + ".classpath"), System.getProperty("java.class.path") + "\n");
    }
  }

  private int compare(String... more) throws IOException, InterruptedException {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--class-paths=" + directory,
                "--benchmarks=B6",
                "--scale=0.0002",
                "--heap=512m",
                "--warmup=0",
                "--runs=1"));
    args.addAll(List.of(more));
    bytes.reset();
    errors.reset();
    return Compare.run(out, err, args.toArray(String[]::new));
  }

  private List<String> ran() {
    return errors.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void runnersTakeTurnsAndWhatIsThereIsNotRunAgain() throws IOException, InterruptedException {
    assertThat(compare("--runners=micro-batch,hand", "--rounds=1"), is(0));
    assertThat(ran(), contains("B6 on micro-batch, round 1", "B6 on hand, round 1"));
    assertThat(compare("--runners=hand,micro-batch", "--rounds=1"), is(0));
    assertThat(ran(), hasSize(0));
    assertThat(Files.readAllLines(directory.resolve("results.jsonl")), hasSize(2));
    assertThat(table(), containsString("| B6: Count.perKey in sessions"));
    assertThat(table(), containsString(" keys | 1,000 | "));
  }

  @Test
  void aJvmThatDiesIsReportedAndNotRecorded() throws IOException, InterruptedException {
    assertThat(compare("--runners=hand", "--rounds=2", "--heap=nonsense"), is(1));
    assertThat(
        ran(),
        contains(
            is("B6 on hand, round 1"),
            containsString("B6 on hand, round 1 failed: exit status 1, Error: Could not create")));
    assertThat(readResults(), hasSize(0));
    assertThat(table(), containsString("- B6 on hand failed: exit status 1, Error: Could not"));
  }

  @Test
  void aRunThatFailsSaysWhy() throws IOException, InterruptedException {
    Files.writeString(directory.resolve("direct.classpath"), ownClasses());
    assertThat(compare("--runners=direct", "--rounds=1"), is(1));
    assertThat(ran().get(1), containsString("NoClassDefFoundError"));
    assertThat(ran().get(1), containsString("(see " + directory.resolve("logs/B6-direct-1.log")));
  }

  /** Only these pipelines: a class path on which Beam is missing. */
  private static String ownClasses() {
    return Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().getPath())
        .toString();
  }

  @Test
  void aJvmThatHangsIsEndedAndItsRunnerNotTriedAgain() throws IOException, InterruptedException {
    // ten thousand records a second: longer than the timeout
    assertThat(
        compare("--benchmarks=B11-window", "--scale=1", "--runners=micro-batch", "--timeout=1"),
        is(1));
    assertThat(
        ran(),
        contains(
            "B11-window on micro-batch, round 1",
            "B11-window on micro-batch, round 1 failed: was ended after --timeout=1 seconds"));
    assertThat(readResults(), hasSize(0));
  }

  @Test
  void aLineThatWasBeingWrittenWhenTheComparisonWasKilledIsMeasuredAgain()
      throws IOException, InterruptedException {
    assertThat(compare("--runners=hand", "--rounds=1"), is(0));
    String whole = Files.readString(directory.resolve("results.jsonl"));
    Files.writeString(directory.resolve("results.jsonl"), whole + whole.substring(0, 40));
    assertThat(compare("--runners=hand", "--rounds=2"), is(0));
    assertThat(ran(), contains("B6 on hand, round 2"));
    assertThat(readResults(), hasSize(2));
  }

  @Test
  void aFileThatHasNoResultsIsRefusedByName() throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("notes.txt"), "not a result\n");
    assertThat(compare("--runners=hand", "--results=" + file), is(2));
    assertThat(ran(), contains(containsString(file + " is not accepted")));
  }

  @Test
  void aPipelineEndsWithTheProcessThatComparesIt() throws IOException, InterruptedException {
    Process parent = new ProcessBuilder("sleep", "600").start();
    Process run =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--parent=" + parent.pid(),
                "--benchmark=B11-window",
                "--runner=MicroBatchRunner",
                "--n=" + 10_000 * 600)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("run.log").toFile())
            .start();
    try {
      parent.destroyForcibly();
      assertThat(run.waitFor(120, TimeUnit.SECONDS), is(true));
      // it had begun, or was refused as the parent was gone
      assertThat(run.exitValue(), oneOf(2, 3));
    } finally {
      run.destroyForcibly();
    }
  }

  private List<String> readResults() throws IOException {
    Path file = directory.resolve("results.jsonl");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private String table() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void badArgumentsAreRefusedByName() throws IOException, InterruptedException {
    assertThat(compare("--runners=storm"), is(2));
    assertThat(ran(), contains(containsString("no runner storm; there are micro-batch, direct")));
    assertThat(compare("--round=1"), is(2));
    assertThat(ran(), contains(containsString("--round=1 is not accepted")));
    assertThat(compare("--runners=flink"), is(2));
    assertThat(ran().get(ran().size() - 1), containsString("flink.classpath is missing"));
  }

  @Test
  void theTableHasMediansAndRatios() {
    ComparedBenchmark row = new ComparedBenchmark("B1", new Sizes(1_000, 1, 0));
    List<RunResult> results =
        List.of(
            result("MicroBatchRunner", 900, true),
            result("MicroBatchRunner", 1_000, true),
            result("MicroBatchRunner", 5_000, true),
            result("FlinkRunner", 100, true),
            result("SparkRunner", 150, true),
            result("SparkRunner", 250, true),
            result("SparkRunner", 9_000, false),
            result("hand", 3_000, true));
    List<ComparedRunner> runners =
        List.of(
            ComparedRunner.MICRO_BATCH,
            ComparedRunner.FLINK,
            ComparedRunner.SPARK,
            ComparedRunner.HAND);
    List<String> lines = new ComparisonTable(results, runners, Map.of()).lines(List.of(row));
    assertThat(lines, hasSize(3));
    assertThat(
        lines.get(2),
        is(
            "| B1: word count in memory, 10000 distinct words | 1,000"
                + " | 1,000 | 100 | 200 | 3,000 | 5.00 | 3.00 |"));
  }

  @Test
  void latenciesAreComparedByTheirNinetyNinthPercentile() {
    ComparedBenchmark row = new ComparedBenchmark("B11-window", new Sizes(1_000, 1, 0));
    List<RunResult> results =
        List.of(latency("MicroBatchRunner", 2, 5), latency("FlinkRunner", 10, 40));
    List<ComparedRunner> runners =
        List.of(ComparedRunner.MICRO_BATCH, ComparedRunner.FLINK, ComparedRunner.SPARK);
    List<String> lines = new ComparisonTable(results, runners, Map.of()).lines(List.of(row));
    assertThat(
        lines.get(2),
        is(
            "| B11-window: latency through windows of 1 s at 10,000 records/s | 1,000"
                + " | 2.0 / 5.0 | 10.0 / 40.0 | - / - | 8.00 | - |"));
    assertThat(lines.get(4), containsString("- B11-window on spark is not run: "));
  }

  private static RunResult latency(String runner, double p50, double p99) {
    return new RunResult("B11-window", runner, 1_000, 1, 0, 1, 1, 1, 1, 1, 1, 1, p50, p99, true);
  }

  private static RunResult result(String runner, double speed, boolean ok) {
    return new RunResult("B1", runner, 1_000, 1, 0, 1, 1, speed, 1, 1, 1, 1, null, null, ok);
  }
}
