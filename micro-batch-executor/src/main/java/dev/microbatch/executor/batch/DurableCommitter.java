package dev.microbatch.executor.batch;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CheckpointLog;
import dev.microbatch.executor.checkpoint.Commit;
import dev.microbatch.executor.checkpoint.CommitHeader;
import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.checkpoint.Segment;
import dev.microbatch.executor.engine.Engine;
import dev.microbatch.executor.stage.TaskSnapshot;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.time.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes commits to a {@link CheckpointLog}, on a thread of its own. One that the store does not
 * take is tried again, with growing pauses, until an outage has lasted too long. What cannot heal
 * is not: another process that has taken over, or a coder that cannot encode what a step keeps.
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

  /** Since when the commit in flight has been failing, by the clock; null if it has not. */
  private volatile @Nullable Long failingNanos;

  private @Nullable CommitPoint point;
  private @Nullable Writing inFlight;
  private volatile @Nullable CommitStats last;

  /** Whether everything has to be written, because nothing that was written before can be used. */
  private boolean anew;

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
   * @param anew whether the first commit has to contain everything
   * @param clock measures the pauses between attempts
   * @param maxOutageMillis for how long a commit that the store does not take is tried again
   * @param wake called when a commit is durable or has failed
   */
  DurableCommitter(
      CheckpointLog log,
      CheckpointFrame frame,
      boolean anew,
      Clock clock,
      long maxOutageMillis,
      Runnable wake) {
    this.log = log;
    this.frame = frame;
    this.anew = anew;
    this.clock = clock;
    this.maxOutageMillis = maxOutageMillis;
    this.wake = wake;
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
  public void begin(CommitPoint at, Engine engine) {
    boolean all = anew;
    anew = false;
    List<TaskSnapshot> snapshots =
        engine.freeze(
            at.batch(),
            (step, partition) -> all ? SnapshotScope.EVERYTHING : log.nextScope(step, partition));
    Writing writing = new Writing();
    point = at;
    inFlight = writing;
    writer.execute(
        () -> {
          try {
            write(at, snapshots);
          } catch (Throwable t) {
            writing.failure = t;
          }
          writing.ended = true;
          if (writing.failure instanceof Error) {
            engine.fail(writing.failure); // the batch that runs may be a long one
          }
          wake.run();
        });
  }

  private CommitStats write(CommitPoint at, List<TaskSnapshot> snapshots) throws IOException {
    try {
      List<Segment> segments = new ArrayList<>(snapshots.size());
      for (TaskSnapshot snapshot : snapshots) {
        segments.add(new Segment(snapshot.step(), snapshot.partition(), snapshot.snapshot()));
      }
      return write(new Commit(header(at), segments, frame.attachments(at)));
    } finally {
      snapshots.forEach(snapshot -> snapshot.snapshot().close());
    }
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

  private CommitStats write(Commit commit) throws IOException {
    Outage outage =
        new Outage("Writing commit " + commit.header().commit(), clock, maxOutageMillis);
    try {
      for (; ; ) {
        boolean isLast = isTooLateForAnother();
        try {
          CommitStats stats = log.commit(commit);
          LOG.debug("{}", stats);
          outage.over();
          last = stats;
          return stats;
        } catch (IOException e) {
          if (isLast || !outage.failed(e)) {
            throw new IOException(
                "it was tried for " + outage.lasted() + " s. " + e.getMessage(), e);
          }
        }
        if (failingNanos == null) {
          failingNanos = clock.nanos();
        }
        pause(outage.pauseMillis());
      }
    } finally {
      failingNanos = null;
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
    Long since = failingNanos;
    return since == null ? -1 : (clock.nanos() - since) / 1_000_000;
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
