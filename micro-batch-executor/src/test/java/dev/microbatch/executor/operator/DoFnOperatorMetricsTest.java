package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.block.Meta;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.MetricName;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.transforms.DoFn;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** To which step user code's metrics belong. */
class DoFnOperatorMetricsTest {

  private final MetricsContainer outside = new MetricsContainerImpl("outside");

  @BeforeEach
  void beOutside() {
    MetricsEnvironment.setCurrentContainer(outside);
  }

  @AfterEach
  void leaveNothing() {
    MetricsEnvironment.setCurrentContainer(null);
  }

  /** Counts before and after its output, and in each bundle method. */
  static class CountingFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private final Counter before = Metrics.counter("test", "before");
    private final Counter after = Metrics.counter("test", "after");
    private final Counter lifecycle = Metrics.counter("test", "lifecycle");

    @Setup
    public void setup() {
      lifecycle.inc();
    }

    @StartBundle
    public void start() {
      lifecycle.inc();
    }

    @ProcessElement
    public void process(@Element String element, OutputReceiver<String> out) {
      before.inc();
      out.output(element);
      after.inc();
    }

    @FinishBundle
    public void finish() {
      lifecycle.inc();
    }

    @Teardown
    public void teardown() {
      lifecycle.inc();
    }
  }

  private static long count(DoFnStep step, String name) {
    return step.metrics.getCounter(MetricName.named("test", name)).getCumulative();
  }

  @Test
  void nestedStepsCountForThemselves() {
    DoFnStep second = new DoFnStep("second", new CountingFn());
    DoFnOperator secondOperator = second.build();
    DoFnStep first = new DoFnStep("first", new CountingFn()).to(secondOperator);
    DoFnOperator firstOperator = first.build();
    secondOperator.open();
    firstOperator.open();
    secondOperator.startBundle();
    firstOperator.startBundle();
    firstOperator.process("a", Meta.GLOBAL);
    secondOperator.process("b", Meta.GLOBAL);
    firstOperator.finishBundle();
    secondOperator.finishBundle();
    firstOperator.teardown().run();
    secondOperator.teardown().run();

    assertThat(count(first, "before"), is(1L));
    assertThat(count(first, "after"), is(1L));
    assertThat(count(first, "lifecycle"), is(4L));
    assertThat(count(second, "before"), is(2L));
    assertThat(count(second, "after"), is(2L));
    assertThat(count(second, "lifecycle"), is(4L));
    assertThat(MetricsEnvironment.getCurrentContainer(), sameInstance(outside));
  }

  static class FailingFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process() {
      throw new IllegalStateException("from user code");
    }
  }

  @Test
  void containerIsRestoredAfterAFailure() {
    DoFnStep step = new DoFnStep(new FailingFn());
    assertThrows(StepException.class, () -> step.run("a", Meta.GLOBAL));
    assertThat(MetricsEnvironment.getCurrentContainer(), sameInstance(outside));
  }

  @Test
  void bundlesMayComeOnAnotherThread() throws InterruptedException {
    DoFnStep step = new DoFnStep(new CountingFn());
    DoFnOperator operator = step.build();
    operator.open();
    Thread other =
        new Thread(
            () -> {
              operator.startBundle();
              operator.process("a", Meta.GLOBAL);
              operator.finishBundle();
            });
    other.start();
    other.join();
    assertThat(count(step, "before"), is(1L));
    assertThat(count(step, "lifecycle"), is(3L));
    assertThat(MetricsEnvironment.getCurrentContainer(), sameInstance(outside));
  }
}
