package dev.microbatch.executor.operator;

import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.transforms.reflect.DoFnInvoker;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls {@code @Teardown}, which is the last thing that a DoFn hears and must not stop a shutdown.
 * It holds on to the DoFn and to nothing that its operator keeps, so that state can be let go of
 * first.
 */
public final class Teardown implements Runnable {

  /** For a step that has nothing to tear down. */
  static final Teardown NONE = new Teardown(null, null, null);

  private static final Logger LOG = LoggerFactory.getLogger(Teardown.class);

  private final String stepName;
  private final @Nullable DoFnInvoker<?, ?> invoker;
  private final @Nullable StepMetrics metrics;
  private boolean needed;

  private Teardown(
      String stepName, @Nullable DoFnInvoker<?, ?> invoker, @Nullable StepMetrics metrics) {
    this.stepName = stepName;
    this.invoker = invoker;
    this.metrics = metrics;
  }

  /**
   * Prepares for a DoFn.
   *
   * @param stepName the step, for the log
   * @param invoker the DoFn's invoker
   * @param container where it counts
   */
  static Teardown of(String stepName, DoFnInvoker<?, ?> invoker, MetricsContainer container) {
    return new Teardown(stepName, invoker, new StepMetrics(stepName, container));
  }

  /** Says that the DoFn is about to be set up: from now on it has to be torn down, once. */
  void arm() {
    needed = true;
  }

  /** Tears down what has been set up, and logs what that throws. */
  @Override
  public void run() {
    if (!needed) {
      return;
    }
    needed = false;
    metrics.bind();
    MetricsContainer previous = metrics.enter();
    try {
      invoker.invokeTeardown();
    } catch (Throwable t) {
      LOG.warn("Step {} failed in @Teardown", stepName, t);
    } finally {
      metrics.leave(previous);
      StepThread.clearInterrupt(stepName, true);
    }
  }
}
