package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.TaskChains;
import dev.microbatch.executor.engine.CaptureScopes;
import dev.microbatch.executor.engine.Engine;
import dev.microbatch.executor.engine.Outcome;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.Poll;
import dev.microbatch.executor.stage.PollReport;
import dev.microbatch.executor.stage.StageReport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.checkerframework.checker.nullness.qual.Nullable;

/** An engine without stages: a test says what they report. */
final class StubEngine implements Engine {

  /** What it was told to run. */
  final List<BatchHeader> headers = new ArrayList<>();

  /** The commits that it was told to acknowledge, without a batch. */
  final List<Long> acknowledged = new ArrayList<>();

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
  public Outcome start(@Nullable TaskChains from) {
    return new Outcome(first, List::of, null);
  }

  @Override
  public Outcome run(BatchHeader header, @Nullable CaptureScopes capture) {
    headers.add(header);
    return new Outcome(batches.apply(header), List::of, null);
  }

  @Override
  public List<PollReport> poll(Poll poll) {
    polls.add(poll);
    return answers.apply(poll);
  }

  @Override
  public void acknowledge(long commit) {
    acknowledged.add(commit);
  }

  @Override
  public void interrupt() {}

  @Override
  public void fail(Throwable cause) {}

  @Override
  public void close() {}
}
