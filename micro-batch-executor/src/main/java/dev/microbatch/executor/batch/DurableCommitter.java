package dev.microbatch.executor.batch;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CheckpointLog;
import dev.microbatch.executor.checkpoint.CommitHeader;
import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.checkpoint.PendingCommit;
import dev.microbatch.executor.engine.CaptureScopes;
import dev.microbatch.executor.engine.CapturedCommit;
import dev.microbatch.executor.monitor.CommitTrouble;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.time.Clock;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes commits durable in a {@link CheckpointLog}, on a thread of its own: has whoever captured
 * them write their data files, and then writes the manifest. One that the store does not take is
 * tried again, with growing pauses, until an outage has lasted too long. What cannot heal is not:
 * another process that has taken over, or a coder that cannot encode what a step keeps.
 */
final class DurableCommitter implements Committer {

  private static final Logger LOG = LoggerFactory.getLogger(DurableCommitter.class);

  /**
   * For how long a commit is still tried when the pipeline is to stop, in milliseconds: less than a
   * process that is told to end is usually given.
   */
  private static final long HURRY_MILLIS = 5_000;

  /** The longest pause then, in milliseconds. */
  private static final long HURRIED_PAUSE_MILLIS = 500;

  private final CheckpointLog log;
  private final CheckpointFrame frame;
  private final Clock clock;
  private final long maxOutageMillis;
  private final Runnable wake;
  private final Consumer<Throwable> failed;
  private final ExecutorService writer;
  private final ReentrantLock lock = new ReentrantLock();

  /** Signalled when {@link #closing} or {@link #hurried} changes. */
  private final Condition changed = lock.newCondition();

  /** Whether nobody waits for a commit any more; guarded by the lock. */
  private boolean closing;

  /** Whether the pipeline is to stop; guarded by the lock. */
  private boolean hurried;

  /** Since when, by the clock; guarded by the lock. */
  private long hurriedNanos;

  /** What is known of the commit in flight if it has been failing; null if it has not. */
  private volatile @Nullable CommitTrouble trouble;

  private @Nullable CommitPoint point;
  private @Nullable Writing inFlight;
  private volatile @Nullable CommitStats last;

  /** Whether everything has to be written, because nothing that was written before can be used. */
  private boolean full;

  /** A commit that is written. Its end is noted without memory: it must show on a full heap too. */
  private static final class Writing {
    private @Nullable Throwable failure;
    private volatile boolean ended;
  }

  /**
   * Creates the committer and its thread.
   *
   * @param log where commits go; closed by its owner, after this
   * @param frame what does not change from commit to commit
   * @param full whether the first commit has to contain everything
   * @param clock measures the pauses between attempts
   * @param maxOutageMillis for how long a commit that the store does not take is tried again
   * @param wake called when a commit is durable or has failed
   * @param failed told of a failure of the machine, which is not to wait until a batch is over
   */
  DurableCommitter(
      CheckpointLog log,
      CheckpointFrame frame,
      boolean full,
      Clock clock,
      long maxOutageMillis,
      Runnable wake,
      Consumer<Throwable> failed) {
    this.log = log;
    this.frame = frame;
    this.full = full;
    this.clock = clock;
    this.maxOutageMillis = maxOutageMillis;
    this.wake = wake;
    this.failed = failed;
    this.writer =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "microbatch-commits");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public void start() {
    log.begin();
  }

  @Override
  public boolean isIdle() {
    return inFlight == null;
  }

  @Override
  public CaptureScopes scopes(Plan plan) {
    boolean all = full;
    return CaptureScopes.of(
        plan,
        frame.parallelism(),
        (step, partition) -> all ? SnapshotScope.EVERYTHING : log.nextScope(step, partition));
  }

  @Override
  public void begin(CommitPoint at, CapturedCommit captured) {
    full = false;
    Writing writing = new Writing();
    point = at;
    inFlight = writing;
    writer.execute(
        () -> {
          try (captured) {
            write(at, captured);
          } catch (Throwable t) {
            writing.failure = t;
          }
          writing.ended = true;
          if (writing.failure instanceof Error error) {
            failed.accept(error); // the batch that runs may be a long one
          }
          wake.run();
        });
  }

  private CommitHeader header(CommitPoint at) {
    CommitHeader.End end =
        !at.complete()
            ? CommitHeader.End.RUNNING
            : at.draining() ? CommitHeader.End.DRAINED : CommitHeader.End.DONE;
    return new CommitHeader(
        frame.pipeline(),
        at.batch(),
        at.processingTime(),
        frame.parallelism(),
        frame.keyGroups(),
        KeyCodec.HASH_ID,
        frame.fingerprint(),
        frame.steps(),
        end);
  }

  private void write(CommitPoint at, CapturedCommit captured) throws IOException {
    CommitHeader header = header(at);
    Map<String, byte[]> attachments = frame.attachments(at);
    Outage outage = new Outage("Writing commit " + at.batch(), clock, maxOutageMillis);
    try {
      for (int attempt = 1; ; attempt++) {
        boolean isLast = isTooLateForAnother();
        try {
          PendingCommit pending = log.prepare(header, attachments);
          CommitStats stats =
              log.commit(pending, captured.write(pending.target(), pending.attachments()))
                  .withAttempts(attempt);
          LOG.debug("{}", stats);
          outage.over();
          last = stats;
          return;
        } catch (IOException e) {
          if (isLast || !outage.failed(e)) {
            throw new IOException(outage.describe() + ". " + e.getMessage(), e);
          }
          trouble = outage.trouble(e);
        }
        pause(outage.pauseMillis());
      }
    } finally {
      trouble = null;
    }
  }

  /** Whether the attempt that begins now is the last one. */
  private boolean isTooLateForAnother() {
    lock.lock();
    try {
      return closing || (hurried && clock.nanos() - hurriedNanos >= Clock.toNanos(HURRY_MILLIS));
    } finally {
      lock.unlock();
    }
  }

  /** Waits; less if meanwhile there is a reason to hurry. */
  private void pause(long millis) throws IOException {
    lock.lock();
    try {
      boolean before = hurried;
      long rest = before ? Math.min(millis, HURRIED_PAUSE_MILLIS) : millis;
      long end = clock.nanos() + Clock.toNanos(rest);
      while (rest > 0 && !closing && hurried == before) {
        clock.await(changed, rest);
        rest = (end - clock.nanos() + 999_999) / 1_000_000;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before the next attempt", e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void hurry() {
    lock.lock();
    try {
      if (!hurried) {
        hurried = true;
        hurriedNanos = clock.nanos();
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long failingMillis() {
    CommitTrouble now = trouble;
    return now == null ? -1 : (clock.nanos() - now.sinceNanos()) / 1_000_000;
  }

  @Override
  public @Nullable CommitTrouble trouble() {
    return trouble;
  }

  @Override
  public @Nullable CommitPoint poll() {
    if (inFlight == null || !inFlight.ended) {
      return null;
    }
    Throwable failure = inFlight.failure;
    inFlight = null;
    if (failure == null) {
      return point;
    }
    if (failure instanceof RuntimeException known) {
      throw known;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    throw new CheckpointException(
        "Commit "
            + point.batch()
            + " cannot be written: "
            + failure.getMessage()
            + ". The commit before stands; start the pipeline again when the cause is mended",
        failure);
  }

  /** May be called by any thread. */
  @Override
  public @Nullable CommitStats last() {
    return last;
  }

  @Override
  public void close() {
    writer.shutdown();
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = Thread.interrupted();
    try {
      writer.awaitTermination(Long.MAX_VALUE, TimeUnit.DAYS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
