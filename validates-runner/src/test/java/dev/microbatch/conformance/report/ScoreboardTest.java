package dev.microbatch.conformance.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import dev.microbatch.conformance.suite.TestId;
import dev.microbatch.conformance.worker.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoreboardTest {

  private static final TestResult PASSED = result("passes", Status.PASSED, "", null, "UsesState");
  private static final TestResult FAILED =
      result("fails", Status.FAILED, "expected <1> | was <2>", null, "UsesState", "UsesTimers");
  private static final TestResult EXCLUDED = result("never", Status.EXCLUDED, "no cloud", null);

  private static final List<RunResult> RUNS =
      List.of(
          run("default", PASSED, FAILED, EXCLUDED),
          run(
              "single",
              PASSED,
              result("fails", Status.PASSED, "", null, "UsesState", "UsesTimers"),
              EXCLUDED));

  @Test
  void showsEveryCategoryInEveryMode() {
    assertThat(
        new Scoreboard(RUNS).markdown(),
        is(
            """
            # Scoreboard

            Written by the module `validates-runner`; do not edit.
            Beam 2.0.0 on OurRunner.

            <!-- summary -->
            | suite | tests | default | single |
            | --- | --- | --- | --- |
            | Suite | 3 | 1 passed, 1 failed, 1 skipped | 2 passed, 0 failed, 1 skipped |
            <!-- end of summary -->

            ## Suite

            | category | tests | default | single |
            | --- | --- | --- | --- |
            | all | 3 | 1 passed, 1 failed, 1 skipped | 2 passed, 0 failed, 1 skipped |
            | UsesState | 2 | 1 passed, 1 failed, 0 skipped | 2 |
            | UsesTimers | 1 | 0 passed, 1 failed, 0 skipped | 1 |
            | no category | 1 | 0 passed, 0 failed, 1 skipped | 0 passed, 0 failed, 1 skipped |

            ## Failed

            | test | mode | how | message |
            | --- | --- | --- | --- |
            | SomeTest.fails | default | FAILED | expected &lt;1> \\| was &lt;2> |

            ## Not run, and why

            | suite | tests | how | reason |
            | --- | --- | --- | --- |
            | Suite | 1 | EXCLUDED | no cloud |
            """));
  }

  @Test
  void modeThatWasNotRunIsSaidToBe() {
    RunResult other =
        new RunResult("Other", "single", "OurRunner", "2.0.0", List.of(), true, List.of(PASSED));
    assertThat(
        new Scoreboard(List.of(RUNS.get(0), other)).markdown(),
        containsString("| Other | 1 | not run | 1 passed, 0 failed, 0 skipped |"));
  }

  @Test
  void restoresAreShownIfTheRunnerCountsThem() {
    RunResult restart =
        run(
            "restart",
            result("one", Status.PASSED, "", 4),
            result("two", Status.PASSED, "", 2),
            result("three", Status.PASSED, "", 0),
            result("four", Status.PASSED, "", null),
            EXCLUDED);
    assertThat(
        new Scoreboard(List.of(restart)).markdown(),
        allOf(
            containsString("| 4 passed (2 restarted), 0 failed, 1 skipped |"),
            containsString("| Suite | restart | 4 | 2 | 2 | 4 | 6 |"),
            containsString("| Suite | restart | SomeTest | three, four |")));
    assertThat(new Scoreboard(RUNS).markdown(), not(containsString("Restores")));
  }

  @Test
  void filesAreMadeFromResultsThatWereWritten(@TempDir Path directory) throws IOException {
    RUNS.get(0).write(directory);
    RunResult read = RunResult.read(directory);
    assertThat(read, is(RUNS.get(0)));
    new Scoreboard(List.of(read)).write(directory.resolve("BOARD.md"));
    assertThat(Files.exists(directory.resolve("BOARD.md")), is(true));
    assertThat(
        Files.readString(directory.resolve("board.json")),
        containsString("\"org.example.SomeTest.fails\""));
    assertThat(
        Files.readString(directory.resolve("failures.txt")),
        is("FAILED org.example.SomeTest.fails: expected <1> | was <2>\ndetail"));
  }

  @Test
  void suiteMustNotShrink() {
    RecordedCounts recorded = new RecordedCounts(Map.of("Suite", 3));
    assertThat(
        recorded.check(RUNS.get(0)),
        is(Optional.of("Suite has shrunk: 2 tests were run, 3 are recorded in recorded.json")));
    assertThat(new RecordedCounts(Map.of("Suite", 2)).check(RUNS.get(0)), is(Optional.empty()));
  }

  @Test
  void selectionMayBeSmallerThanTheSuite() {
    RunResult selection =
        new RunResult("Suite", "default", "OurRunner", "2.0.0", List.of(), false, List.of(PASSED));
    assertThat(new RecordedCounts(Map.of("Suite", 3)).check(selection), is(Optional.empty()));
  }

  private static RunResult run(String mode, TestResult... tests) {
    return new RunResult("Suite", mode, "OurRunner", "2.0.0", List.of(), true, List.of(tests));
  }

  private static TestResult result(
      String method,
      Status status,
      String message,
      @Nullable Integer restores,
      String... categories) {
    return new TestResult(
        new TestId("org.example.SomeTest", method),
        new TreeSet<>(List.of(categories)),
        status,
        message,
        message.isEmpty() ? "" : "detail",
        12,
        restores);
  }
}
