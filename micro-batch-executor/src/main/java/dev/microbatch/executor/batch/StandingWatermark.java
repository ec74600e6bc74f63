package dev.microbatch.executor.batch;

import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.monitor.Cause;
import dev.microbatch.executor.monitor.Explanation;
import dev.microbatch.executor.monitor.Snapshot;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.util.function.Supplier;
import org.slf4j.Logger;

/**
 * Says once why the watermark stands, when it has stood for a minute; again when it has moved, and
 * has stood for another one. User code that does not return is a warning; all else may be as it
 * should.
 *
 * <p>The thread that drives the pipeline looks behind each batch and before each wait, and another
 * one now and then, since a batch may hang.
 *
 * <p>Thread-safe.
 */
final class StandingWatermark implements LoopListener {

  private static final Logger LOG = Warnings.logger(StandingWatermark.class);

  /** For how long it has to stand, in nanoseconds. */
  private static final long STANDS_NANOS = Clock.toNanos(60_000);

  private final String pipeline;
  private final Clock clock;
  private final Supplier<Snapshot> snapshot;
  private final Supplier<Explanation> why;

  /** Since when the watermark has stood of which this was said; guarded by this. */
  private long saidNanos = Long.MIN_VALUE;

  /**
   * Creates it.
   *
   * @param pipeline the name of the pipeline
   * @param clock measures how long the watermark stands
   * @param snapshot gives the pipeline as it was a moment ago
   * @param why explains it
   */
  StandingWatermark(
      String pipeline, Clock clock, Supplier<Snapshot> snapshot, Supplier<Explanation> why) {
    this.pipeline = pipeline;
    this.clock = clock;
    this.snapshot = snapshot;
    this.why = why;
  }

  @Override
  public void waits() {
    look();
  }

  @Override
  public void batch(BatchSummary batch) {
    look();
  }

  /** Looks, and says it if it is time. */
  void look() {
    Snapshot now = snapshot.get();
    long since = now.standing().watermarkNanos();
    long stands = clock.nanos() - since;
    if (stands >= STANDS_NANOS
        && now.phase() == Snapshot.Phase.RUNNING
        && now.standing().watermark() < EventTime.MAX) {
      say(now, since, stands);
    }
  }

  private synchronized void say(Snapshot now, long since, long stands) {
    if (saidNanos == since) {
      return;
    }
    saidNanos = since;
    Explanation reason = why.get();
    String text =
        String.format(
            "The watermark of %s has stood at %s for %d s. %s",
            pipeline,
            EventTime.describe(now.standing().watermark()),
            stands / 1_000_000_000,
            reason.text());
    if (reason.cause() == Cause.USER_CODE) {
      LOG.warn("{}", text);
    } else {
      LOG.info("{}", text);
    }
  }
}
