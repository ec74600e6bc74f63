package dev.microbatch.encoded;

import dev.microbatch.executor.checkpoint.TaskChains;
import dev.microbatch.executor.engine.BatchInterruptedException;
import dev.microbatch.executor.engine.CaptureScopes;
import dev.microbatch.executor.engine.Engine;
import dev.microbatch.executor.engine.EngineServices;
import dev.microbatch.executor.engine.Outcome;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.Poll;
import dev.microbatch.executor.stage.PollReport;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.StageSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Runs a plan in two workers that share nothing. Slow, and careless about memory: it is there to
 * find what only works within one process.
 */
final class EncodedEngine implements Engine {

  private static final int WORKERS = 2;

  /** For how long user code is waited for that has been interrupted, in seconds. */
  private static final int PATIENCE_SECONDS = 30;

  /** How often it is interrupted meanwhile, in milliseconds. */
  private static final int STEP_MILLIS = 500;

  private final Plan plan;
  private final StageSettings settings;
  private final EngineServices services;
  private final List<Worker> workers = new ArrayList<>();
  private final List<WorkerThread> threads = new ArrayList<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /** By worker, what its tasks had counted when it last said so. */
  private final List<List<MetricsContainerStepMap>> metrics = new ArrayList<>();

  private volatile boolean leftBehind;
  private boolean closed;

  EncodedEngine(Plan plan, StageSettings settings, EngineServices services) {
    this.plan = plan;
    this.settings = settings;
    this.services = services;
    int count = Math.min(WORKERS, settings.parallelism());
    Network network = new Network(count);
    for (int i = 0; i < count; i++) {
      workers.add(new Worker(i, network, services.readingEnds(), services.clock()));
      threads.add(new WorkerThread(i));
      metrics.add(List.of());
    }
    threads.forEach(Thread::start);
  }

  @Override
  public Outcome start(@Nullable TaskChains from) {
    return new Outcome(
        reports(onAll(new Request.Start(plan, settings, services.clock().millis(), from))),
        this::counted,
        null);
  }

  @Override
  public Outcome run(BatchHeader header, @Nullable CaptureScopes capture) {
    List<StageReport> reports = reports(onAll(new Request.Run(header, capture)));
    return new Outcome(
        reports,
        this::counted,
        capture == null ? null : new EncodedCapture(workers, header.number()));
  }

  @Override
  public List<PollReport> poll(Poll poll) {
    return onAll(new Request.Ask(poll)).stream().flatMap(reply -> reply.polls().stream()).toList();
  }

  private static List<StageReport> reports(List<Reply> replies) {
    return replies.stream().flatMap(reply -> reply.reports().stream()).toList();
  }

  @Override
  public void acknowledge(long commit) {
    onAll(new Request.Acknowledge(commit));
  }

  private List<MetricsContainerStepMap> counted() {
    List<MetricsContainerStepMap> all = new ArrayList<>();
    synchronized (metrics) {
      metrics.forEach(all::addAll);
    }
    return all;
  }

  /** Has every worker answer a request; throws the first failure, when all have ended. */
  private List<Reply> onAll(Request request) {
    byte[] encoded = Wire.encode(request);
    List<CompletableFuture<byte[]>> answers = new ArrayList<>();
    for (int i = 0; i < workers.size(); i++) {
      answers.add(ask(i, encoded));
    }
    List<Reply> replies = new ArrayList<>();
    boolean interrupted = false;
    for (int i = 0; i < answers.size(); i++) {
      try {
        byte[] answer = await(answers.get(i));
        if (answer != null) {
          replies.add(take(i, answer));
        }
      } catch (InterruptedException e) {
        interrupted = true;
        fail(new BatchInterruptedException("interrupted while waiting for a batch"));
        i--; // waits for it all the same
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    throwIfFailed();
    return replies;
  }

  private CompletableFuture<byte[]> ask(int worker, byte[] request) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    threads
        .get(worker)
        .submit(
            () -> {
              byte[] result = null;
              try {
                if (failure.get() == null) {
                  result = workers.get(worker).answer(request);
                }
              } catch (Throwable t) {
                fail(Wire.decode(TaskFailure.encode(t), TaskFailure.class).decode());
              }
              answer.complete(result);
            });
    return answer;
  }

  /** Waits for an answer; null if there is none because of a failure. */
  private byte @Nullable [] await(CompletableFuture<byte[]> answer) throws InterruptedException {
    int left = PATIENCE_SECONDS * 1_000 / STEP_MILLIS;
    while (left > 0) {
      try {
        return answer.get(STEP_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (failure.get() != null) {
          interruptAll(); // user code may have swallowed the one before
          left--;
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("answers are never exceptional", e);
      }
    }
    leftBehind = true;
    return null;
  }

  private Reply take(int worker, byte[] answer) {
    Reply reply = Wire.decode(answer, Reply.class);
    if (reply.metrics() != null) {
      synchronized (metrics) {
        metrics.set(worker, reply.metrics());
      }
    }
    return reply;
  }

  private void throwIfFailed() {
    Throwable first = failure.get();
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException known) {
      throw known;
    }
    if (first != null) {
      throw new IllegalStateException("a task failed: " + first, first);
    }
  }

  @Override
  public void interrupt() {
    fail(new BatchInterruptedException("the pipeline was cancelled"));
  }

  @Override
  public void fail(Throwable cause) {
    failure.compareAndSet(null, cause);
    interruptAll();
  }

  private void interruptAll() {
    for (WorkerThread thread : threads) {
      if (thread != Thread.currentThread()) {
        thread.interruptByEngine();
      }
    }
  }

  /** Whether user code has not returned in time. */
  boolean hasLeftBehind() {
    return leftBehind;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    byte[] request = Wire.encode(new Request.Close());
    boolean interrupted = Thread.interrupted();
    for (int i = 0; i < workers.size(); i++) {
      interrupted |= close(i, request);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean close(int worker, byte[] request) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    WorkerThread thread = threads.get(worker);
    thread.submit(() -> answer.complete(workers.get(worker).answer(request)));
    thread.close();
    try {
      take(worker, answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
      return false;
    } catch (InterruptedException e) {
      return true;
    } catch (TimeoutException e) {
      leftBehind = true;
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("answers are never exceptional", e);
    }
  }
}
