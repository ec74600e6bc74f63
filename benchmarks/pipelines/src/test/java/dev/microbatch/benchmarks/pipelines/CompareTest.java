package dev.microbatch.benchmarks.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    String table = bytes.toString(StandardCharsets.UTF_8);
    assertThat(table, containsString("| B6 | 1,000 | "));
  }

  @Test
  void aFailureIsReportedAndNotRecorded() throws IOException, InterruptedException {
    assertThat(compare("--runners=hand", "--rounds=1", "--heap=nonsense"), is(1));
    assertThat(
        ran(), contains("B6 on hand, round 1", "B6 on hand, round 1 failed with exit status 1"));
    assertThat(Files.exists(directory.resolve("results.jsonl")), is(false));
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
    List<String> lines = new ComparisonTable(results, runners).lines(List.of(row));
    assertThat(lines, hasSize(3));
    assertThat(lines.get(2), is("| B1 | 1,000 | 1,000 | 100 | 200 | 3,000 | 5.00 | 3.00 |"));
  }

  private static RunResult result(String runner, double speed, boolean ok) {
    return new RunResult("B1", runner, 1_000, 1, 0, 1, 1, speed, 1, 1, 1, 1, ok);
  }
}
