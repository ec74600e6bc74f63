package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.RestoredCheckpoint;
import dev.microbatch.executor.stage.RestoredStages;
import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** What the stages of a checkpoint kept. */
final class StagesOf implements RestoredStages {

  private final RestoredCheckpoint checkpoint;
  private final Map<Task, RestoredCheckpoint.Chain> chains = new HashMap<>();

  private record Task(String step, int partition) {}

  StagesOf(RestoredCheckpoint checkpoint) {
    this.checkpoint = checkpoint;
    for (RestoredCheckpoint.Chain chain : checkpoint.chains()) {
      chains.put(new Task(chain.step(), chain.partition()), chain);
    }
  }

  @Override
  public long commit() {
    return checkpoint.header().commit();
  }

  @Override
  public int parallelism() {
    return checkpoint.header().parallelism();
  }

  @Override
  public void read(String step, int partition, KeyGroupRange range, EntrySink sink)
      throws IOException {
    RestoredCheckpoint.Chain chain = chains.get(new Task(step, partition));
    if (chain != null) {
      checkpoint.read(chain, range, sink);
    }
  }
}
