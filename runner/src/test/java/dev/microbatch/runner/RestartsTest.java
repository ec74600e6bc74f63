package dev.microbatch.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.microbatch.executor.batch.LoopOptions;
import dev.microbatch.executor.batch.Succession;
import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.runner.MicroBatchPipelineOptions.RestartAfterBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;

class RestartsTest {

  private static final LoopOptions FIRST =
      new LoopOptions(2, 0, -1, -1, 1_000, 0, Enforcement.NONE, StateBackend.HEAP, true);

  @Test
  void aPipelineOfAUsersRunsInOneEpoch() {
    assertEquals(Optional.empty(), restarts(RestartAfterBatch.NONE, 128).next(FIRST, true));
  }

  @Test
  void theLastCommitIsRestoredOnce() {
    Succession restarts = restarts(RestartAfterBatch.SAME, 128);

    assertEquals(Optional.of(FIRST), restarts.next(FIRST, false));
    assertEquals(Optional.of(FIRST), restarts.next(FIRST, true));
    assertEquals(Optional.empty(), restarts.next(FIRST, true));
  }

  @Test
  void eachEpochHasAnotherParallelism() {
    assertEquals(List.of(3, 4, 1, 2, 3), parallelisms(restarts(RestartAfterBatch.RESCALED, 128)));
  }

  @Test
  void noEpochHasMorePartitionsThanKeyGroups() {
    assertEquals(List.of(3, 3, 3), parallelisms(restarts(RestartAfterBatch.RESCALED, 3), 3));
  }

  private static List<Integer> parallelisms(Succession restarts) {
    return parallelisms(restarts, 5);
  }

  private static List<Integer> parallelisms(Succession restarts, int epochs) {
    List<Integer> parallelisms = new ArrayList<>();
    LoopOptions now = FIRST;
    for (int i = 0; i < epochs; i++) {
      now = restarts.next(now, false).orElseThrow();
      parallelisms.add(now.parallelism());
    }
    return parallelisms;
  }

  private static Succession restarts(RestartAfterBatch restart, int keyGroups) {
    MicroBatchPipelineOptions options =
        PipelineOptionsFactory.create().as(MicroBatchPipelineOptions.class);
    options.setParallelism(2);
    options.setMaxParallelism(keyGroups);
    options.setRestartAfterBatch(restart);
    return Restarts.of(options);
  }
}
