package dev.microbatch.encoded;

import dev.microbatch.executor.checkpoint.AttachedStore;
import dev.microbatch.executor.checkpoint.CheckpointStores;
import dev.microbatch.executor.checkpoint.CommitDataWriter;
import dev.microbatch.executor.checkpoint.CommitTarget;
import dev.microbatch.executor.checkpoint.Segment;
import dev.microbatch.executor.checkpoint.WrittenFiles;
import dev.microbatch.executor.stage.StageEnvironment;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskSnapshot;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.ManualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One worker: what would be a process of its own. It is asked in bytes and answers in bytes.
 *
 * <p>{@link #answer} runs on the worker's thread, {@link #write} and {@link #discard} on any.
 */
final class Worker {

  private final int index;
  private final Network network;
  private final BooleanSupplier readingEnds;

  /** Says what the header of the batch says, and so what the clock of the loop said then. */
  private final ManualClock clock;

  private final ScheduledExecutorService timeLimits =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "microbatch-encoded-time-limits");
            thread.setDaemon(true);
            return thread;
          });

  /** By commit, what was captured and may still be written. */
  private final Map<Long, List<TaskSnapshot>> captures = new ConcurrentHashMap<>();

  private @Nullable Tasks tasks;

  /**
   * Creates the worker.
   *
   * @param index its number, from 0
   * @param network brings frames to others
   * @param readingEnds the signal that sources are to end their reading
   * @param real measures durations
   */
  Worker(int index, Network network, BooleanSupplier readingEnds, Clock real) {
    this.index = index;
    this.network = network;
    this.readingEnds = readingEnds;
    this.clock = new ManualClock(real, 0);
  }

  /** Does what a request asks. */
  byte[] answer(byte[] encoded) {
    Request request = Wire.decode(encoded, Request.class);
    Reply reply;
    if (request instanceof Request.Start start) {
      reply = start(start);
    } else if (request instanceof Request.Run run) {
      reply = run(run);
    } else if (request instanceof Request.Ask ask) {
      reply = Reply.ofPolls(tasks.poll(ask.poll()));
    } else if (request instanceof Request.Acknowledge acknowledge) {
      tasks.acknowledge(acknowledge.commit());
      reply = Reply.of(List.of(), tasks.metrics());
    } else {
      reply = close();
    }
    return Wire.encode(reply);
  }

  private Reply start(Request.Start start) {
    clock.set(start.processingTime());
    StageEnvironment environment =
        new StageEnvironment(start.settings(), clock, timeLimits, readingEnds);
    Tasks built = new Tasks(start.plan(), environment, index, network);
    tasks = built;
    if (start.from() != null) {
      built.restore(start.from());
    }
    return Reply.of(built.open(), built.metrics());
  }

  private Reply run(Request.Run run) {
    clock.set(run.header().processingTime());
    List<TaskSnapshot> captured = new ArrayList<>();
    List<StageReport> reports = tasks.run(run, captured);
    if (run.capture() != null) {
      captures.put(run.header().number(), captured);
    }
    return Reply.of(reports, run.header().commit() ? tasks.metrics() : null);
  }

  private Reply close() {
    timeLimits.shutdownNow();
    if (tasks == null) {
      return Reply.of(List.of(), null);
    }
    tasks.close();
    return Reply.of(List.of(), tasks.metrics());
  }

  /**
   * Writes what was captured for a commit.
   *
   * @param commitTarget the {@link CommitTarget}, encoded
   * @param attachments what goes into the same files, by name
   * @return {@link WrittenFiles}, encoded
   */
  byte[] write(byte[] commitTarget, HashMap<String, byte[]> attachments) throws IOException {
    CommitTarget target = Wire.decode(commitTarget, CommitTarget.class);
    List<Segment> segments = new ArrayList<>();
    for (TaskSnapshot task : captures.get(target.commit())) {
      segments.add(new Segment(task.step(), task.partition(), task.snapshot()));
    }
    try (AttachedStore store = CheckpointStores.attach(target.location())) {
      return Wire.encode(new CommitDataWriter(store).write(target, segments, attachments));
    }
  }

  /** Lets go of what was captured for a commit. */
  void discard(long commit) {
    List<TaskSnapshot> captured = captures.remove(commit);
    if (captured != null) {
      captured.forEach(task -> task.snapshot().close());
    }
  }
}
