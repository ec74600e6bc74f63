package dev.microbatch.executor.engine;

import dev.microbatch.executor.checkpoint.AttachedStore;
import dev.microbatch.executor.checkpoint.CommitDataWriter;
import dev.microbatch.executor.checkpoint.TaskChains;
import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.metrics.StageMetrics;
import dev.microbatch.executor.operator.StepThread;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.Poll;
import dev.microbatch.executor.stage.PollReport;
import dev.microbatch.executor.stage.StageEnvironment;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskSnapshot;
import dev.microbatch.executor.time.Clock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * Runs everything in this process: one thread per partition, every stage of a partition pinned to
 * that thread, blocks handed over by reference.
 *
 * <h2>Failure</h2>
 *
 * Whoever fails notes it, and the first failure counts. All others are interrupted; each lets go of
 * its operators as soon as its task has ended, so that there is memory again when the failure is
 * told, even if it was an {@link OutOfMemoryError}. Nothing up to there needs memory. User code
 * that does not come back in time is left behind on its daemon thread; its operators are not
 * touched any more by anyone else.
 */
final class EmbeddedEngine implements Engine {

  private static final Logger LOG = Warnings.logger(EmbeddedEngine.class);

  private static final Worker[] NOBODY = {};

  /** What is kept free for telling a failure when user code keeps the heap full; in bytes. */
  private static final int RESERVE_BYTES = 256 << 10;

  private final Plan plan;
  private final StageEnvironment environment;
  private final FirstFailure failure = new FirstFailure();
  private final BatchInterruptedException cancelled =
      new BatchInterruptedException("the pipeline was cancelled");
  private final Switchboard switchboard;
  private final WorkerThreads threads;
  private final Patience patience;
  private final @Nullable AttachedStore store;
  private final @Nullable CommitDataWriter writer;

  /** One per partition; null if its thread was left behind. */
  private volatile Worker[] workers = NOBODY;

  @SuppressWarnings("UnusedVariable") // it is there to be let go of
  private byte @Nullable [] reserve = new byte[RESERVE_BYTES];

  /** What tasks have counted at the moment when it is asked. */
  private Supplier<List<MetricsContainerStepMap>> metrics = List::of;

  /**
   * Creates the engine; nothing runs yet.
   *
   * @param plan what it is to run
   * @param environment what stage programs are given
   * @param threads what they run on; used by one engine at a time, closed by their owner
   * @param store where commits are written and read; null if there are none
   */
  EmbeddedEngine(
      Plan plan,
      StageEnvironment environment,
      WorkerThreads threads,
      @Nullable AttachedStore store) {
    this.plan = plan;
    this.environment = environment;
    this.switchboard = new Switchboard(environment.parallelism(), plan.stages().size(), failure);
    this.threads = threads;
    this.store = store;
    this.writer = store == null ? null : new CommitDataWriter(store);
    this.patience = threads.patience();
  }

  @Override
  public Outcome start(@Nullable TaskChains from) {
    Worker[] built = new Worker[environment.parallelism()];
    List<StageMetrics> counted = new ArrayList<>();
    for (int partition = 0; partition < built.length; partition++) {
      built[partition] = new Worker(plan, partition, environment, switchboard, counted);
    }
    workers = built;
    List<StageMetrics> all = List.copyOf(counted);
    metrics = () -> all.stream().map(StageMetrics::copy).toList();
    StoredStages stored = from == null ? null : new StoredStages(from, store);
    return new Outcome(onAll(worker -> worker.open(stored)), metrics, null);
  }

  @Override
  public Outcome run(BatchHeader header, @Nullable CaptureScopes capture) {
    List<StageReport> reports = onAll(worker -> worker.run(header, capture));
    return new Outcome(reports, metrics, capture == null ? null : captured());
  }

  /** Wakes only the threads of partitions that have something to ask. */
  @Override
  public List<PollReport> poll(Poll poll) {
    return on(poll.partitions(), worker -> worker.poll(poll));
  }

  private CapturedCommit captured() {
    List<TaskSnapshot> snapshots = new ArrayList<>();
    for (Worker worker : workers) {
      snapshots.addAll(worker.takeCaptured());
    }
    return new LocalCapture(writer, snapshots);
  }

  @Override
  public void acknowledge(long commit) {
    onAll(
        worker -> {
          worker.acknowledge(commit);
          return List.of();
        });
  }

  /** What one worker does while the others do the same. */
  @FunctionalInterface
  private interface Work<T> {
    List<T> on(Worker worker);
  }

  /** What one worker does, and what comes of it. */
  private final class Task<T> implements Runnable {
    private final Worker worker;
    private final Work<T> work;
    private List<T> results = List.of();

    Task(Worker worker, Work<T> work) {
      this.worker = worker;
      this.work = work;
    }

    @Override
    public void run() {
      try {
        // An interruption that came before the task is lost: the thread clears it.
        failure.check();
        results = work.on(worker);
      } catch (Throwable t) {
        if (t instanceof VirtualMachineError error) {
          StepThread.failed(worker.stage().head().name(), error);
        }
        failure.note(t, StepThread.stepOf(t));
        worker.drop();
        threads.interrupt();
      }
      if (worker.isLeftBehind()) {
        worker.close(); // nobody else will
      }
    }
  }

  /** Runs {@code work} on every worker's thread and waits for all; throws the first failure. */
  private <T> List<T> onAll(Work<T> work) {
    BitSet all = new BitSet();
    all.set(0, workers.length);
    return on(all, work);
  }

  private <T> List<T> on(BitSet partitions, Work<T> work) {
    boolean interrupted = false;
    try {
      List<Task<T>> tasks = new ArrayList<>(workers.length);
      for (int i = partitions.nextSetBit(0); i >= 0; i = partitions.nextSetBit(i + 1)) {
        tasks.add(new Task<>(workers[i], work));
      }
      int next = 0;
      for (int i = partitions.nextSetBit(0); i >= 0; i = partitions.nextSetBit(i + 1)) {
        threads.start(i, tasks.get(next++));
      }
      threads.await(failure);
      if (!failure.isNoted()) {
        List<T> results = new ArrayList<>();
        for (Task<T> task : tasks) {
          results.addAll(task.results);
        }
        return results;
      }
    } catch (InterruptedException e) {
      interrupted = true;
      failure.note(new BatchInterruptedException("interrupted while waiting for a batch"), null);
    } catch (Throwable t) {
      failure.note(t, null);
    }
    interruptAll();
    interrupted |= awaitAll(true);
    close(); // also makes room, before anything is told
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    throw failure.toThrow();
  }

  /**
   * Waits until all are idle, but not forever: then leaves behind who is not.
   *
   * @param failed whether something has failed that is not told before all are idle
   * @return whether this thread was interrupted meanwhile
   */
  private boolean awaitAll(boolean failed) {
    Clock clock = environment.clock();
    boolean interrupted = false;
    boolean told = !failed;
    long start = clock.nanos();
    for (; ; ) {
      try {
        if (threads.awaitOne(patience.stepMillis())) {
          return interrupted;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
      long waited = clock.nanos() - start;
      if (!told && waited >= Clock.toNanos(patience.stepMillis())) {
        told = true;
        LOG.error(
            "{} has failed, and is being ended. User code that was interrupted has not returned"
                + " yet",
            plan.name(),
            failure.get());
      }
      if (waited >= Clock.toNanos(patience.totalMillis())) {
        leaveBehind();
        return interrupted;
      }
      if (failed) {
        interruptAll(); // user code may have swallowed the one before
      }
    }
  }

  /** Ends what waits: workers, and threads of user code that wait for room. Needs no memory. */
  private void interruptAll() {
    threads.interrupt();
    switchboard.wakeAll();
  }

  private void leaveBehind() {
    for (int i = 0; i < workers.length; i++) {
      if (threads.isBusy(i)) {
        Worker worker = workers[i];
        workers[i] = null;
        worker.leaveBehind();
        StackTraceElement[] stack = threads.leaveBehind(i);
        LOG.warn(
            "User code in {} does not return in partition {}, {} s after it was asked to. Its"
                + " thread is left behind, and may still do what it does. It is at\n"
                + "    {}",
            worker.stage().steps().stream().map(Step::name).collect(Collectors.joining(" or ")),
            i,
            patience.totalMillis() / 1000,
            Stream.of(stack).map(Object::toString).collect(Collectors.joining("\n    ")));
      }
    }
  }

  @Override
  public List<Activity> activities() {
    List<Activity> activities = new ArrayList<>();
    Worker[] all = workers;
    for (int i = 0; i < all.length; i++) {
      StackTraceElement[] stack = threads.stack(i);
      Worker worker = all[i];
      if (stack.length > 0 && worker != null) {
        activities.add(new Activity(i, worker.stage().id(), List.of(stack)));
      }
    }
    return activities;
  }

  @Override
  public void interrupt() {
    fail(cancelled);
  }

  @Override
  public void fail(Throwable cause) {
    failure.note(cause, null);
    threads.interrupt();
  }

  /**
   * Lets go of every stage, and closes each on its own thread. User code that does not come back in
   * time is left behind on a daemon thread.
   */
  @Override
  public void close() {
    boolean interrupted = false;
    try {
      for (Worker worker : workers) {
        if (worker != null) {
          worker.drop();
        }
      }
      switchboard.drop();
      reserve = null;
      for (int i = 0; i < workers.length; i++) {
        if (workers[i] != null) {
          threads.start(i, workers[i].closer());
        }
      }
      interrupted = awaitAll(false);
    } catch (Throwable t) {
      failure.note(t, null); // of the machine: there is no room even for closing
    } finally {
      workers = NOBODY;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
