package dev.microbatch.runner.monitor;

import dev.microbatch.executor.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Time passes only while somebody waits, and when a test says so. A thread that is about to wait is
 * asked to look around first. Thread-safe.
 */
final class ProbedClock implements Clock {

  /** When it begins, in milliseconds since the epoch. */
  static final long START = 1_700_000_000_000L;

  private final AtomicLong nanos = new AtomicLong();
  private final Map<Thread, Long> ahead = new ConcurrentHashMap<>();
  private volatile @Nullable Thread probed;
  private volatile Runnable probe = () -> {};

  /** Has the current thread look around whenever it is about to wait. */
  void probe(Runnable look) {
    probed = Thread.currentThread();
    probe = look;
  }

  /** Has time go by. */
  void pass(long millis) {
    nanos.addAndGet(Clock.toNanos(millis));
  }

  /** Has time go by for this thread only, as if others did something else meanwhile. */
  void passHere(long millis) {
    ahead.merge(Thread.currentThread(), Clock.toNanos(millis), Long::sum);
  }

  /** Ends that: the time is that of the thread that is ahead of all others. */
  void meet() {
    nanos.addAndGet(ahead.values().stream().mapToLong(Long::longValue).max().orElse(0));
    ahead.clear();
  }

  @Override
  public long millis() {
    return START + nanos() / 1_000_000;
  }

  @Override
  public long nanos() {
    return nanos.get() + ahead.getOrDefault(Thread.currentThread(), 0L);
  }

  @Override
  public void await(Condition condition, long millis) throws InterruptedException {
    if (Thread.currentThread() == probed) {
      probe.run();
    }
    // Others, which live in real time, get a chance.
    Clock.system().await(condition, 1);
    pass(millis);
  }
}
