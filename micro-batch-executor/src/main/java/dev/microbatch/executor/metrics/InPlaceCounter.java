package dev.microbatch.executor.metrics;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.MetricName;

/**
 * A counter of one step in one partition. The thread that owns its container adds in place, without
 * an atomic operation; any other thread adds to a sum of its own. Nothing is lost, and whoever
 * reads sees what either has added, also while a bundle runs.
 *
 * <p>Thread-safe.
 */
@SuppressWarnings("serial") // Beam's metrics are serializable; a cell stays where it is.
final class InPlaceCounter implements Counter {

  private final MetricName name;
  private final StepCells container;

  /** Written by the owner of the container only. */
  private final AtomicLong own = new AtomicLong();

  private final AtomicLong others = new AtomicLong();

  InPlaceCounter(MetricName name, StepCells container) {
    this.name = name;
    this.container = container;
  }

  @Override
  public void inc() {
    inc(1);
  }

  @Override
  public void inc(long n) {
    if (container.isOwner()) {
      own.setRelease(own.getPlain() + n);
    } else {
      others.addAndGet(n);
    }
  }

  @Override
  public void dec() {
    inc(-1);
  }

  @Override
  public void dec(long n) {
    inc(-n);
  }

  /** What has been added until now. */
  long value() {
    return own.getAcquire() + others.get();
  }

  @Override
  public MetricName getName() {
    return name;
  }
}
