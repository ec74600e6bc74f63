package dev.microbatch.runner;

import dev.microbatch.executor.batch.LoopOptions;
import dev.microbatch.executor.batch.Succession;
import java.util.Optional;

/**
 * For tests: an epoch per batch, each resumed from the commit of the one before. The last commit is
 * restored too, so that every pipeline that comes to a commit is restored at least once.
 *
 * <p>Not thread-safe.
 */
final class Restarts implements Succession {

  /** By how much the parallelism goes beyond that of the options at most. */
  private static final int MORE = 2;

  private final int parallelism;
  private final int keyGroups;
  private final boolean rescales;
  private boolean restoredAtEnd;

  private Restarts(int parallelism, int keyGroups, boolean rescales) {
    this.parallelism = parallelism;
    this.keyGroups = keyGroups;
    this.rescales = rescales;
  }

  /** What the options ask for. */
  static Succession of(MicroBatchPipelineOptions options) {
    return switch (options.getRestartAfterBatch()) {
      case NONE -> Succession.NONE;
      case SAME -> of(options, false);
      case RESCALED -> of(options, true);
    };
  }

  private static Succession of(MicroBatchPipelineOptions options, boolean rescales) {
    return new Restarts(options.getParallelism(), options.getMaxParallelism(), rescales);
  }

  @Override
  public Optional<LoopOptions> next(LoopOptions before, boolean done) {
    if (done) {
      boolean again = !restoredAtEnd;
      restoredAtEnd = true;
      return again ? Optional.of(before) : Optional.empty();
    }
    if (!rescales) {
      return Optional.of(before);
    }
    int next = before.parallelism() % (parallelism + MORE) + 1;
    return Optional.of(before.withParallelism(Math.min(next, keyGroups)));
  }
}
