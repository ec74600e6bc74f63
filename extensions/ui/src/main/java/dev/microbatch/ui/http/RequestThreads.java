package dev.microbatch.ui.http;

import dev.microbatch.executor.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The threads that serve requests, and what takes them back from clients that are slow.
 *
 * <p>The server of the JDK reads and writes in a blocking way, and does not hand a request over
 * before its headers are there: a client that sends half a header holds a thread. So a thread of
 * its own looks after all others and interrupts those that take too long, which closes the
 * connection. A request has ten seconds. When others wait for a thread, one that is still being
 * received has a tenth of a second, and one that is being sent a second.
 */
final class RequestThreads implements Executor, AutoCloseable {

  /** How many requests are served at a time, streams not among them. */
  static final int REQUESTS = 16;

  /** How many streams there may be. */
  static final int STREAMS = 8;

  private static final int WAITING = 4_096;
  private static final long LIMIT_NANOS = Clock.toNanos(10_000);
  private static final long RECEIVED_IN_NANOS = Clock.toNanos(100);
  private static final long SENT_IN_NANOS = Clock.toNanos(1_000);

  /** How often it is looked, while requests are served. */
  private static final long LOOK_NANOS = Clock.toNanos(25);

  /** How often it is looked while there are only streams, and otherwise. */
  private static final long SELDOM_NANOS = Clock.toNanos(1_000);

  private final Clock clock;
  private final ThreadPoolExecutor pool;
  private final Map<Thread, Active> active = new ConcurrentHashMap<>();
  private final Thread watch;
  private volatile boolean closed;

  /** What a thread is doing for a client. */
  enum Phase {
    RECEIVING,
    WORKING,
    SENDING,
    STREAMING
  }

  /**
   * Creates them; there is none yet but the one that looks after them.
   *
   * @param clock measures how long requests take
   */
  RequestThreads(Clock clock) {
    this.pool =
        new ThreadPoolExecutor(
            REQUESTS + STREAMS,
            REQUESTS + STREAMS,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            task -> daemon(task, "microbatch-ui-request"));
    pool.allowCoreThreadTimeOut(true);
    this.clock = clock;
    this.watch = daemon(this::watch, "microbatch-ui-limits");
    watch.start();
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Serves a request.
   *
   * @throws RejectedExecutionException if far too many wait: the server closes the connection
   */
  @Override
  public void execute(Runnable request) {
    pool.execute(() -> serve(request));
  }

  private void serve(Runnable request) {
    Thread thread = Thread.currentThread();
    Active mine = new Active(thread, clock);
    active.put(thread, mine);
    LockSupport.unpark(watch);
    try {
      request.run();
    } finally {
      active.remove(thread);
      mine.end();
    }
  }

  /** The request that the calling thread serves. */
  Active current() {
    Active mine = active.get(Thread.currentThread());
    if (mine == null) {
      throw new IllegalStateException("this thread serves no request");
    }
    return mine;
  }

  private void watch() {
    while (!closed) {
      boolean busy = false;
      boolean others = !pool.getQueue().isEmpty();
      long now = clock.nanos();
      for (Active one : active.values()) {
        busy |= one.look(now, others);
      }
      LockSupport.parkNanos(this, busy ? LOOK_NANOS : SELDOM_NANOS);
    }
  }

  /** Interrupts all of them, and waits until they have ended. */
  @Override
  public void close() {
    closed = true;
    pool.shutdownNow();
    LockSupport.unpark(watch);
    try {
      pool.awaitTermination(2, TimeUnit.SECONDS);
      watch.join(1_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A request that is served. */
  static final class Active {
    private final Thread thread;
    private final Clock clock;
    private final long startNanos;
    private @Nullable Phase phase = Phase.RECEIVING;
    private long phaseNanos;

    private Active(Thread thread, Clock clock) {
      this.thread = thread;
      this.clock = clock;
      this.startNanos = clock.nanos();
      this.phaseNanos = startNanos;
    }

    /** All of it is there. */
    synchronized void works() {
      turnTo(Phase.WORKING);
    }

    /** Its answer is being sent. */
    synchronized void sends() {
      turnTo(Phase.SENDING);
    }

    /** It waits for something to be sent, as long as it likes. */
    synchronized void streams() {
      turnTo(Phase.STREAMING);
    }

    private void turnTo(Phase next) {
      phase = next;
      phaseNanos = clock.nanos();
    }

    private synchronized void end() {
      phase = null;
      Thread.interrupted(); // the next request is another one's
    }

    /** Interrupts it if it has taken too long; says whether it has to be looked at soon again. */
    private synchronized boolean look(long nowNanos, boolean othersWait) {
      if (phase == null || phase == Phase.STREAMING) {
        return false;
      }
      boolean late =
          nowNanos - phaseNanos >= LIMIT_NANOS
              || (othersWait
                  && phase != Phase.WORKING
                  && nowNanos - phaseNanos
                      >= (phase == Phase.RECEIVING ? RECEIVED_IN_NANOS : SENT_IN_NANOS));
      if (late) {
        thread.interrupt();
      }
      return true;
    }
  }
}
