package dev.microbatch.executor.batch;

import dev.microbatch.executor.engine.Engine;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.Poll;
import dev.microbatch.executor.stage.PollReport;
import dev.microbatch.executor.stage.RestoredStages;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.TaskSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/** An engine without stages: a test says what they report. */
final class StubEngine implements Engine {

  /** What it was told to run. */
  final List<BatchHeader> headers = new ArrayList<>();

  /** The batches whose commits it was told of. */
  final List<Long> finalized = new ArrayList<>();

  /** Whom it was told to ask. */
  final List<Poll> polls = new ArrayList<>();

  /** What sources find when they are asked between batches. */
  Function<Poll, List<PollReport>> answers = poll -> List.of();

  private final List<StageReport> first;
  private final Function<BatchHeader, List<StageReport>> batches;

  /**
   * Creates the engine.
   *
   * @param first where the stages stand before the first batch
   * @param batches what they report behind each
   */
  StubEngine(List<StageReport> first, Function<BatchHeader, List<StageReport>> batches) {
    this.first = first;
    this.batches = batches;
  }

  @Override
  public List<StageReport> start(@Nullable RestoredStages from) {
    return first;
  }

  @Override
  public List<StageReport> run(BatchHeader header) {
    headers.add(header);
    return batches.apply(header);
  }

  @Override
  public List<PollReport> poll(Poll poll) {
    polls.add(poll);
    return answers.apply(poll);
  }

  @Override
  public List<TaskSnapshot> freeze(long commit, Scopes scopes) {
    return List.of();
  }

  @Override
  public void finalizeCommit(long batch) {
    finalized.add(batch);
  }

  @Override
  public List<MetricsContainerStepMap> metrics() {
    return List.of();
  }

  @Override
  public void interrupt() {}

  @Override
  public void fail(Throwable cause) {}

  @Override
  public void close() {}
}
