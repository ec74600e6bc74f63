package dev.microbatch.executor.stage;

import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import java.io.IOException;

/**
 * The commit that a pipeline resumes from: what its stages kept.
 *
 * <p>Thread-safe.
 */
public interface RestoredStages {

  /** The number of the commit. */
  long commit();

  /** How many partitions each stage had. */
  int parallelism();

  /**
   * Reads what one task kept, in the order in which it was written.
   *
   * @param step the name of the head of its stage
   * @param partition the partition, as it was then; nothing is read if it kept nothing
   * @param range the key groups that are wanted; entries of others may come all the same
   * @param sink takes the entries
   * @throws IOException if it cannot be read, or if the sink throws it
   */
  void read(String step, int partition, KeyGroupRange range, EntrySink sink) throws IOException;
}
