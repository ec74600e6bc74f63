package dev.microbatch.encoded;

import dev.microbatch.executor.checkpoint.TaskChains;
import dev.microbatch.executor.engine.CaptureScopes;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.Poll;
import dev.microbatch.executor.stage.StageSettings;
import java.io.Serializable;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What the loop asks of a worker. */
sealed interface Request extends Serializable {

  /**
   * To build, restore and open its share of the stages.
   *
   * @param plan the plan
   * @param settings how the stages are to run
   * @param processingTime what the pipeline's clock says, in milliseconds since the epoch
   * @param from the commit to resume from; null to begin at the beginning
   */
  record Start(Plan plan, StageSettings settings, long processingTime, @Nullable TaskChains from)
      implements Request {}

  /**
   * To run a batch.
   *
   * @param header what every task is told
   * @param capture what is captured as a whole; null if nothing is captured
   */
  record Run(BatchHeader header, @Nullable CaptureScopes capture) implements Request {}

  /**
   * To ask its sources for records.
   *
   * @param poll who is asked
   */
  record Ask(Poll poll) implements Request {}

  /**
   * To acknowledge the last commit.
   *
   * @param commit its number
   */
  record Acknowledge(long commit) implements Request {}

  /** To close everything. */
  record Close() implements Request {}
}
