package dev.microbatch.executor.engine;

import dev.microbatch.executor.checkpoint.ReadableFiles;
import dev.microbatch.executor.checkpoint.TaskChains;
import dev.microbatch.executor.stage.RestoredStages;
import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import java.io.IOException;

/**
 * What stages kept, read in the process in which they are to resume.
 *
 * <p>Thread-safe.
 *
 * @param chains where it is
 * @param files reads it
 */
public record StoredStages(TaskChains chains, ReadableFiles files) implements RestoredStages {

  @Override
  public long commit() {
    return chains.commit();
  }

  @Override
  public int parallelism() {
    return chains.parallelism();
  }

  @Override
  public void read(String step, int partition, KeyGroupRange range, EntrySink sink)
      throws IOException {
    chains.read(files, step, partition, range, sink);
  }
}
