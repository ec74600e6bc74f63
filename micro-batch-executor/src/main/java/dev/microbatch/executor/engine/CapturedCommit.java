package dev.microbatch.executor.engine;

import dev.microbatch.executor.checkpoint.CommitTarget;
import dev.microbatch.executor.checkpoint.WrittenFiles;
import java.io.IOException;
import java.util.Map;

/**
 * What the tasks of an engine have captured in a commit batch. It is where it was captured, and is
 * written from there, while later batches run.
 *
 * <p>It outlives its engine: what was captured before a batch failed may still become durable.
 *
 * <p>Used by one thread at a time, which need not be that of the loop.
 */
public interface CapturedCommit extends AutoCloseable {

  /**
   * Writes the data files of the commit, and waits until they are durable. May be called again if
   * it has failed, or if what came behind it has: the same is written then, to other files.
   *
   * @param target where the files go
   * @param attachments what else belongs to the commit, by name; goes into the same files
   * @throws IOException if they cannot be written, which may pass
   * @throws dev.microbatch.executor.operator.StepException if a coder of the user cannot encode
   *     what a step keeps
   */
  WrittenFiles write(CommitTarget target, Map<String, byte[]> attachments) throws IOException;

  /** Lets go of what was captured. Does not throw. Idempotent. */
  @Override
  void close();
}
