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
 * Writes commits to a {@link CheckpointLog}, on a thread of its own. One that fails is tried again
 * a few times before the pipeline fails.
 */
final class DurableCommitter implements Committer {

  private static final Logger LOG = LoggerFactory.getLogger(DurableCommitter.class);

  /** How often a commit is tried. */
  private static final int ATTEMPTS = 4;

  /** The pause before the second attempt, in milliseconds; it doubles from there. */
  private static final long FIRST_PAUSE_MILLIS = 100;

  private final CheckpointLog log;
  private final CheckpointFrame frame;
  private final Clock clock;
  private final Runnable wake;
  private final ExecutorService writer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition never = lock.newCondition();
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
   * @param wake called when a commit is durable or has failed
   */
  DurableCommitter(
      CheckpointLog log, CheckpointFrame frame, boolean anew, Clock clock, Runnable wake) {
    this.log = log;
    this.frame = frame;
    this.anew = anew;
    this.clock = clock;
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
    long pause = FIRST_PAUSE_MILLIS;
    for (int attempt = 1; ; attempt++) {
      try {
        CommitStats stats = log.commit(commit);
        LOG.debug("{}", stats);
        last = stats;
        return stats;
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        LOG.warn(
            "Commit {} failed, attempt {} of {}; it is tried again",
            commit.header().commit(),
            attempt,
            ATTEMPTS,
            e);
      }
      pause(pause);
      pause *= 2;
    }
  }

  private void pause(long millis) throws IOException {
    lock.lock();
    try {
      clock.await(never, millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted before the next attempt", e);
    } finally {
      lock.unlock();
    }
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
