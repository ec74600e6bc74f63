package dev.microbatch.executor.batch;

import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.monitor.Retry;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.time.Clock;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * What is known of a batch that fails: how often it has, how long to wait before it is run again,
 * and how small it has to be then. A commit that becomes durable is behind what failed, and resets
 * everything.
 *
 * <p>The pauses grow fast at first. A service that is restarted is back within the first three; a
 * plain bug, at the default of three retries, shows after six seconds.
 *
 * <p>Not thread-safe: owned by the thread that drives the pipeline.
 */
final class BatchRetries {

  private static final Logger LOG = Warnings.logger(PlanExecution.class);

  /** The pause behind each failure in a row, in milliseconds; behind all others the last one. */
  private static final long[] PAUSES_MILLIS = {200, 1_000, 5_000, 10_000};

  /** By what the number of records in a batch is divided after each failure. */
  private static final int SHRINK = 16;

  private final int most;
  private final Clock clock;
  private int failures;
  private long sinceNanos;
  private long limit = Long.MAX_VALUE;
  private @Nullable String lastCause;

  /**
   * Creates it; nothing has failed yet.
   *
   * @param most how often in a row a batch is run again
   * @param clock measures how long it takes until a batch succeeds
   */
  BatchRetries(int most, Clock clock) {
    this.most = most;
    this.clock = clock;
  }

  /** Notes a failure; says whether the batch may be run again. */
  boolean failed() {
    if (failures == 0) {
      sinceNanos = clock.nanos();
    }
    failures++;
    return failures <= most;
  }

  /** What bounds the next batches, until {@link #passed}. */
  BatchSummary.Retries bounds() {
    return failures == 0 ? BatchSummary.Retries.NONE : new BatchSummary.Retries(failures, limit);
  }

  /**
   * What is known of the batch that failed, behind {@link #next}.
   *
   * @param failure what was thrown
   * @param commit the commit that the pipeline goes back to
   */
  Retry retry(StepException failure, long commit) {
    return new Retry(
        failure.stepName(),
        (failure.getCause() == null ? failure : failure.getCause()).getClass().getName(),
        String.valueOf(failure.getCause()),
        failures,
        most,
        limit,
        commit,
        clock.nanos() + Clock.toNanos(pauseMillis()));
  }

  /** How long to wait before the batch is run again, in milliseconds. */
  long pauseMillis() {
    return PAUSES_MILLIS[Math.min(failures, PAUSES_MILLIS.length) - 1];
  }

  /**
   * Takes the next retry, and says so. A cause that was logged already comes without its stack.
   *
   * @param failure what was thrown
   * @param batch the batch that failed
   * @param commit the commit that the pipeline goes back to
   * @param records how many records were read in the batch before
   */
  void next(StepException failure, long batch, long commit, long records) {
    limit = Math.max(1, Math.min(limit, records) / SHRINK);
    if (failures == most) {
      limit = 1; // so that the last failure is that of one record
    }
    String cause = failure.getMessage();
    boolean known = cause.equals(lastCause);
    lastCause = cause;
    if (known && failures > PAUSES_MILLIS.length && Integer.bitCount(failures) > 1) {
      return; // the intervals grow: retries 8, 16, 32, ...
    }
    LOG.warn(
        "Batch {} failed in step {}; going back to commit {}, retry {} of {} in {} s with at most"
            + " {} records in a batch{}",
        batch,
        failure.stepName(),
        commit,
        failures,
        most,
        pauseMillis() / 1000.0,
        limit,
        known ? ": " + cause : "",
        known ? null : failure);
  }

  /** Notes that a commit has become durable. */
  void passed() {
    if (failures > 0) {
      LOG.info(
          "What failed has passed, after {} s and {} failures",
          String.format(Locale.ROOT, "%.1f", (clock.nanos() - sinceNanos) / 1e9),
          failures);
      failures = 0;
      limit = Long.MAX_VALUE;
      lastCause = null;
    }
  }
}
