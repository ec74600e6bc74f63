package dev.microbatch.executor.batch;

import java.util.List;

/**
 * What of a plan has to stay the same for a checkpoint to be restored into it.
 *
 * <p>Thread-safe.
 */
public interface PlanIdentity {

  /** A hash of {@link #text}, in hexadecimal. */
  String hash();

  /** All of it, to be kept beside a checkpoint. */
  String text();

  /**
   * Compares with what is kept beside a checkpoint.
   *
   * @param stored the {@link #text} of the plan that wrote the checkpoint
   * @return what is different and cannot be overcome, one sentence each; empty if the checkpoint
   *     can be restored
   */
  List<String> incompatibilities(String stored);
}
