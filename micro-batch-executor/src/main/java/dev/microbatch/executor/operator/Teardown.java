package dev.microbatch.executor.operator;

import org.apache.beam.sdk.transforms.reflect.DoFnInvoker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls {@code @Teardown}, which is the last thing that a DoFn hears and must not stop a shutdown.
 */
final class Teardown {

  private static final Logger LOG = LoggerFactory.getLogger(Teardown.class);

  private Teardown() {}

  /**
   * Calls teardown and logs what it throws.
   *
   * @param stepName the step, for the log
   * @param invoker the DoFn's invoker
   */
  static void quietly(String stepName, DoFnInvoker<?, ?> invoker) {
    try {
      invoker.invokeTeardown();
    } catch (RuntimeException e) {
      LOG.warn("Step {}: @Teardown failed", stepName, e);
    }
  }
}
