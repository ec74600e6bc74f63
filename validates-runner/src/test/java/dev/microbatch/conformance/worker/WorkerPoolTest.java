package dev.microbatch.conformance.worker;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.conformance.suite.TestId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a test does, it is one outcome of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkerPoolTest {

  private static final List<String> TESTS =
      List.of("exits", "fails", "assumes", "restores", "passes", "missing");

  private final Map<String, Outcome> outcomes = new TreeMap<>();
  private String printed = "";

  @BeforeAll
  void runThemInOneFork(@TempDir Path directory) throws IOException, InterruptedException {
    outcomes.putAll(run(directory, Duration.ofMinutes(1), TESTS));
    printed = Files.readString(directory.resolve("fork-1.log"));
  }

  @Test
  void testThatHangsTimesOutAloneAndShowsWhereItHung(@TempDir Path directory)
      throws IOException, InterruptedException {
    Map<String, Outcome> some =
        run(directory, Duration.ofSeconds(5), List.of("passes", "hangs", "restores"));
    assertThat(some.get("restores").status(), is(Status.PASSED));
    Outcome hung = some.get("hangs");
    assertThat(hung.status(), is(Status.TIMED_OUT));
    assertThat(hung.message(), startsWith("no end after 5 s, "));
    assertThat(hung.detail(), startsWith("\"UnrulyTests.hangs\" WAITING"));
    assertThat(hung.detail(), containsString("UnrulyTests.hangs(UnrulyTests.java"));
  }

  @Test
  void testThatEndsTheJvmHasCrashed() {
    assertThat(outcomes.get("exits").status(), is(Status.CRASHED));
    assertThat(outcomes.get("exits").message(), containsString("exit code 3"));
  }

  @Test
  void testsAfterThoseRunInAnotherJvm() {
    assertThat(outcomes.get("passes").status(), is(Status.PASSED));
    assertThat(outcomes.keySet(), is(new TreeSet<>(TESTS)));
  }

  @Test
  void failureHasOneLineAndAStackTrace() {
    Outcome failed = outcomes.get("fails");
    assertThat(failed.status(), is(Status.FAILED));
    assertThat(failed.message(), is("java.lang.AssertionError: first line"));
    assertThat(failed.detail(), containsString("UnrulyTests.fails(UnrulyTests.java"));
  }

  @Test
  void failedAssumptionIsNoFailure() {
    assertThat(outcomes.get("assumes").status(), is(Status.ASSUMPTION_FAILED));
  }

  @Test
  void missingTestFails() {
    assertThat(outcomes.get("missing").status(), is(Status.FAILED));
    assertThat(outcomes.get("missing").message(), containsString("missing"));
  }

  @Test
  void restoresAreTakenFromTheTestThatMadeThem() {
    assertThat(outcomes.get("restores").restores(), is(7));
    assertThat(outcomes.get("passes").restores(), is(nullValue()));
  }

  @Test
  void outputOfTestsIsKept() {
    assertThat(printed, containsString("=== " + UnrulyTests.class.getName() + ".passes"));
    assertThat(printed, containsString("no message is garbled"));
  }

  @Test
  void jvmThatDoesNotStartIsAnError(@TempDir Path directory) {
    ForkCommand command = new ForkCommand(List.of("-XX:NoSuchThing"), directory, false);
    WorkerPool pool = new WorkerPool(command, test -> "[]", 2, Duration.ofSeconds(3));
    IOException e =
        assertThrows(
            IOException.class, () -> pool.run(List.of(test("passes")), (test, outcome) -> {}));
    assertThat(e.getMessage(), containsString("fork-1.log"));
  }

  private static Map<String, Outcome> run(Path directory, Duration timeout, List<String> tests)
      throws IOException, InterruptedException {
    Map<String, Outcome> outcomes = new TreeMap<>();
    new WorkerPool(new ForkCommand(List.of("-Xmx64m"), directory, false), test -> "[]", 1, timeout)
        .run(
            tests.stream().map(WorkerPoolTest::test).toList(),
            (test, outcome) -> outcomes.put(test.method(), outcome));
    return outcomes;
  }

  private static TestId test(String method) {
    return new TestId(UnrulyTests.class.getName(), method);
  }
}
