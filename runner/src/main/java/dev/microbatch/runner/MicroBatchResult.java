package dev.microbatch.runner;

import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.operator.StepException;
import java.io.IOException;
import java.util.Optional;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.metrics.MetricResults;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Duration;
import org.slf4j.Logger;

/**
 * A pipeline that runs or has run.
 *
 * <p>Thread-safe.
 */
public final class MicroBatchResult implements PipelineResult {

  private static final Logger LOG = Warnings.logger(MicroBatchResult.class);

  /** How long the process waits for the last commit when it is told to end. */
  private static final int STOP_SECONDS = 60;

  /** How often it looks meanwhile whether the pipeline itself waits for the process to end. */
  private static final int EXIT_POLL_MILLIS = 100;

  private final PlanExecution execution;
  private final PipelineEnd end = new PipelineEnd();

  private MicroBatchResult(PlanExecution execution, boolean awaited) {
    this.execution = execution;
    if (awaited) {
      end.listen();
    }
  }

  /**
   * Starts an execution on a thread of its own, which keeps the process alive until the end.
   *
   * @param execution what to run
   * @param push pushes its metrics
   * @param observers told when it has ended
   * @param name the pipeline's name
   * @param awaited whether the caller is going to wait for the end
   */
  static MicroBatchResult start(
      PlanExecution execution,
      MetricsPush push,
      Observers observers,
      String name,
      boolean awaited) {
    MicroBatchResult result = new MicroBatchResult(execution, awaited);
    Thread thread =
        new Thread(() -> result.drive(push, observers, name), "microbatch-loop-" + name);
    thread.setUncaughtExceptionHandler((loop, failure) -> result.end.failed(failure));
    thread.start();
    return result;
  }

  private void drive(MetricsPush push, Observers observers, String name) {
    try {
      end.reached(state(run(push, name)));
    } catch (CheckpointException e) {
      failed(name, Flags.refused(e), "");
    } catch (StepException e) {
      failed(name, e, Flags.remedies(e.getCause()));
    } catch (Throwable t) {
      failed(name, t, "");
    } finally {
      observers.end(); // nobody waits for this
    }
  }

  private void failed(String name, Throwable failure, String remedies) {
    if (!end.failed(failure)) { // before it is logged: that may fail, if the machine has
      LOG.error("{} failed: {}{}", name, failure.getMessage(), remedies, failure);
    }
  }

  private PlanExecution.End run(MetricsPush push, String name) {
    try (push;
        ShutdownHook hook =
            execution.hasCheckpoints() ? new ShutdownHook(this::stopWithProcess) : null) {
      push.start(execution::metrics, name);
      return execution.run();
    }
  }

  private static State state(PlanExecution.End end) {
    return switch (end) {
      case DONE -> State.DONE;
      case CANCELLED -> State.CANCELLED;
      case STOPPED -> State.STOPPED;
    };
  }

  /**
   * Called when the process is told to end: commits what has been done, so that the pipeline can go
   * on another time.
   */
  private void stopWithProcess() {
    execution.stop();
    try {
      for (int waited = 0; waited < STOP_SECONDS * 1000; waited += EXIT_POLL_MILLIS) {
        if (end.await(EXIT_POLL_MILLIS)) {
          return;
        }
        if (execution.isInExit()) {
          LOG.warn(
              "The pipeline has ended the process itself, by System.exit: it cannot stop in an"
                  + " orderly way. Its last commit stands");
          return;
        }
      }
      LOG.warn("The pipeline has not stopped within {} s; its last commit stands", STOP_SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public State getState() {
    State ended = end.state();
    return ended == null ? State.RUNNING : ended;
  }

  /**
   * Brings the pipeline to its end and waits for it. Sources stop: an unbounded one is acknowledged
   * up to the last record that was read, and what a bounded one has not read is left unread. What
   * is left of splittable DoFns is truncated and finished, unless it is unbounded. Then the
   * watermark goes to the end of time: windows close, event-time timers fire, and everything is
   * committed. A {@code TestStream} ends where it is.
   *
   * <p>May be called at any time by any thread, more than once.
   *
   * @return the state in which it ended: {@code DONE}, unless it has failed, which {@link
   *     #waitUntilFinish()} explains, or was cancelled
   * @throws IOException never today: declared because Beam declares it where other runners drain
   */
  public State drain() throws IOException {
    execution.drain();
    return awaitEnd();
  }

  /**
   * Commits, ends the pipeline and waits until it has stopped: started again, it resumes where it
   * was.
   *
   * @return the state in which it ended: {@code STOPPED}, unless it was over before or has failed
   * @throws IllegalStateException if it keeps no checkpoints
   */
  public State stop() {
    Observed.needsCheckpoints(execution, "stopped");
    execution.stop();
    return awaitEnd();
  }

  /**
   * Asks the pipeline to commit soon, whatever the interval, and does not wait for it: {@link
   * #lastCommit()} says when it has.
   *
   * @throws IllegalStateException if it keeps no checkpoints
   */
  public void checkpointNow() {
    Observed.needsCheckpoints(execution, "committed");
    execution.requestCommit();
  }

  /**
   * Gives the pipeline up and waits until it has stopped.
   *
   * @return the state in which it ended, which need not be {@code CANCELLED} if it was over before
   */
  @Override
  public State cancel() {
    execution.cancel();
    return awaitEnd();
  }

  private State awaitEnd() {
    boolean interrupted = false;
    while (end.state() == null) {
      try {
        end.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return getState();
  }

  /**
   * Waits for the end. A failure at which nobody waits is logged as well.
   *
   * @throws StepFailedException if user code threw; the cause is what it threw
   */
  @Override
  public State waitUntilFinish() {
    return waitFor(null);
  }

  /**
   * Waits for the end, but not forever.
   *
   * @param duration the longest wait; null or less than a millisecond waits for the end
   * @return the state in which it ended, or null if it is still running
   * @throws StepFailedException if user code threw; the cause is what it threw
   */
  @Override
  public @Nullable State waitUntilFinish(@Nullable Duration duration) {
    return waitFor(duration == null || duration.getMillis() < 1 ? null : duration);
  }

  private @Nullable State waitFor(@Nullable Duration duration) {
    end.listen();
    try {
      if (duration == null) {
        end.await();
      } else if (!end.await(duration.getMillis())) {
        return null;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the pipeline", e);
    } finally {
      end.ignore();
    }
    Throwable failure = end.failure();
    if (failure != null) {
      throw toThrow(failure);
    }
    return end.state();
  }

  private static RuntimeException toThrow(Throwable failure) {
    if (failure instanceof StepException step) {
      return new StepFailedException(step);
    }
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
  }

  /**
   * Why the pipeline does not go on, or what it does instead: first a sentence, then what may be
   * done about it, then which step holds which at what watermark. For people: what it says may
   * change, and it may contain what user code has put into a message. May be called at any time by
   * any thread.
   */
  public String why() {
    return execution.why().text();
  }

  /** How often the pipeline has resumed from a checkpoint, at its start or after a failure. */
  public int restores() {
    return execution.restores();
  }

  /**
   * What the last commit has cost that has become durable since the pipeline started or last went
   * back; empty if there is none yet, or there are no checkpoints.
   */
  public Optional<CommitStats> lastCommit() {
    return execution.lastCommit();
  }

  /** What the pipeline has counted: attempted, and committed as of the last commit. */
  @Override
  public MetricResults metrics() {
    return execution.metrics();
  }
}
