package dev.microbatch.executor.batch;

import java.util.Optional;

/**
 * Says whether another epoch follows one that has not failed. A pipeline runs in one epoch until it
 * ends; tests have it resume from its last commit now and then, to see that everything is in there.
 *
 * <p>Called by the thread that drives the pipeline.
 */
@FunctionalInterface
public interface Succession {

  /** None follows: a pipeline that is done is done. */
  Succession NONE = (before, done) -> Optional.empty();

  /**
   * Asked when an epoch has ended with a commit that stands, unless the pipeline was cancelled or
   * stopped.
   *
   * @param before how it was run
   * @param done whether the pipeline is done
   * @return how the next epoch is run, which resumes from that commit; empty if there is none
   */
  Optional<LoopOptions> next(LoopOptions before, boolean done);
}
