package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.block.Meta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of a DoFn's lifecycle methods, also when one of them fails. */
class DoFnOperatorLifecycleTest {

  private static final List<String> CALLS = new ArrayList<>();
  private static final Error THROWN = new AssertionError("from user code");

  @BeforeEach
  void forgetCalls() {
    CALLS.clear();
  }

  /** Logs its calls, and fails in one of them. */
  static class LoggingFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private final @Nullable String failing;

    LoggingFn(@Nullable String failing) {
      this.failing = failing;
    }

    @Setup
    public void setup() {
      call("setup");
    }

    @StartBundle
    public void startBundle() {
      call("startBundle");
    }

    @ProcessElement
    public void process() {
      call("process");
    }

    @FinishBundle
    public void finishBundle() {
      call("finishBundle");
    }

    @Teardown
    public void teardown() {
      call("teardown");
    }

    private void call(String method) {
      CALLS.add(method);
      if (method.equals(failing)) {
        throw THROWN;
      }
    }
  }

  @Test
  void methodsAreCalledInOrder() {
    DoFnOperator operator = new DoFnStep(new LoggingFn(null)).build();
    operator.open();
    for (int bundle = 0; bundle < 2; bundle++) {
      operator.startBundle();
      operator.process("a", Meta.GLOBAL);
      operator.finishBundle();
    }
    operator.teardown().run();
    operator.teardown().run();
    assertThat(
        CALLS,
        is(
            Arrays.asList(
                "setup",
                "startBundle",
                "process",
                "finishBundle",
                "startBundle",
                "process",
                "finishBundle",
                "teardown")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"setup", "startBundle", "process", "finishBundle"})
  void failureNamesTheStepAndIsTornDownOnce(String method) {
    DoFnStep step = new DoFnStep(new LoggingFn(method));
    StepException e = assertThrows(StepException.class, () -> step.run("a", Meta.GLOBAL));
    assertThat(e.stepName(), is("Some/Step"));
    assertThat(e.getCause(), sameInstance(THROWN));
    List<String> all = List.of("setup", "startBundle", "process", "finishBundle");
    List<String> expected = new ArrayList<>(all.subList(0, all.indexOf(method) + 1));
    expected.add("teardown");
    assertThat(CALLS, is(expected));
  }

  @Test
  void failingTeardownIsNoFailure() {
    new DoFnStep(new LoggingFn("teardown")).run("a", Meta.GLOBAL);
    assertThat(CALLS, contains("setup", "startBundle", "process", "finishBundle", "teardown"));
  }

  @Test
  void unopenedOperatorHasNothingToTearDown() {
    new DoFnStep(new LoggingFn(null)).build().teardown().run();
    assertThat(CALLS, is(List.of()));
  }

  static class PassFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String element, OutputReceiver<String> out) {
      out.output(element);
    }
  }

  @Test
  void failureKeepsTheNameOfTheStepThatFailed() {
    DoFnOperator second = new DoFnStep("second", new LoggingFn("process")).build();
    DoFnOperator first = new DoFnStep("first", new PassFn()).to(second).build();
    for (DoFnOperator operator : List.of(second, first)) {
      operator.open();
      operator.startBundle();
    }
    StepException e = assertThrows(StepException.class, () -> first.process("a", Meta.GLOBAL));
    assertThat(e.stepName(), is("second"));
    assertThat(e.getCause(), sameInstance(THROWN));
  }

  /** Counts its elements in a field. */
  static class CountingFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private int count;

    @ProcessElement
    public void process(OutputReceiver<String> out) {
      count++;
      out.output(String.valueOf(count));
    }
  }

  @Test
  void everyOperatorHasAnInstanceOfItsOwn() {
    DoFnStep step = new DoFnStep(new CountingFn());
    step.run("a", Meta.GLOBAL);
    step.run("a", Meta.GLOBAL);
    assertThat(step.main.values(), contains("1", "1"));
  }
}
