package dev.microbatch.executor.stage;

import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.operator.StepThread;
import dev.microbatch.executor.source.Finalizer;
import dev.microbatch.executor.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.metrics.MetricsEnvironment.MetricsEnvironmentState;
import org.apache.beam.sdk.transforms.DoFn.BundleFinalizer;
import org.slf4j.Logger;

/**
 * What is to be acknowledged to the outside after a commit, in the order in which it was asked for.
 * What gathers between two commit batches belongs to the later one.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class Finalizers {

  private static final Logger LOG = Warnings.logger(Finalizers.class);

  private final Clock clock;
  private List<Pending> gathering = new ArrayList<>();
  private final Deque<Sealed> sealed = new ArrayDeque<>();

  /** Something that one step wants to be called; what it counts then, it counts for that step. */
  private record Pending(
      String stepName, MetricsContainer metrics, Finalizer finalizer, long expiryMillis) {}

  private record Sealed(long batch, List<Pending> pending) {}

  Finalizers(Clock clock) {
    this.clock = clock;
  }

  /** Takes what the bundles of a step want to be called. */
  BundleFinalizer of(String stepName, MetricsContainer metrics) {
    return (expiry, callback) ->
        gathering.add(
            new Pending(stepName, metrics, callback::onBundleSuccess, expiry.getMillis()));
  }

  /** Adds one that does not expire. */
  void add(String stepName, MetricsContainer metrics, Finalizer finalizer) {
    gathering.add(new Pending(stepName, metrics, finalizer, Long.MAX_VALUE));
  }

  /** Ties what has gathered to the commit of a batch. */
  void seal(long batch) {
    if (!gathering.isEmpty()) {
      sealed.add(new Sealed(batch, gathering));
      gathering = new ArrayList<>();
    }
  }

  /** Whether there is something that the next commit has to be made for. */
  boolean isGathering() {
    return !gathering.isEmpty();
  }

  /** Whether there is something that waits for a commit which has been made for it. */
  boolean areSealed() {
    return !sealed.isEmpty();
  }

  /**
   * Acknowledges everything up to the commit of a batch. A failure is logged: the commit stands.
   */
  void run(long batch) {
    while (!sealed.isEmpty() && sealed.peek().batch() <= batch) {
      for (Pending pending : sealed.remove().pending()) {
        if (clock.millis() <= pending.expiryMillis()) {
          run(pending);
        }
      }
    }
  }

  private static void run(Pending pending) {
    MetricsEnvironmentState state = MetricsEnvironment.getMetricsEnvironmentStateForCurrentThread();
    MetricsContainer previous = state.activate(pending.metrics());
    try {
      pending.finalizer().run();
    } catch (Exception e) {
      LOG.warn("Step {}: an acknowledgement failed after its commit", pending.stepName(), e);
    } finally {
      state.activate(previous);
      StepThread.clearInterrupt(pending.stepName(), false);
    }
  }
}
