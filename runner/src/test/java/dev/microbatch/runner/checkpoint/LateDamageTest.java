package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.FaultyStore;
import dev.microbatch.executor.checkpoint.MemoryStore;
import org.junit.jupiter.api.Test;

/** A checkpoint was whole when it was opened, and is not when the state is read. */
class LateDamageTest {

  private static final Execution EXECUTION = new Execution();
  private static final int SOME_COMMITS = 80;

  @Test
  void theDamagedFileIsNamedWithWhatToDo() {
    MemoryStore store = new MemoryStore();
    FaultyStore dying = new FaultyStore(store).dieAt(SOME_COMMITS, FaultyStore.Outcome.NOTHING);
    PlanExecution first = EXECUTION.start("late damage", dying);
    assertThrows(CheckpointException.class, first::run);
    PlanExecution second = EXECUTION.start("late damage", store);
    for (String name : store.list()) {
      if (name.startsWith("d-")) {
        store.replace(name, damaged(store.read(name)));
      }
    }

    CheckpointException failure = assertThrows(CheckpointException.class, second::run);

    assertThat(failure.getMessage(), startsWith("The checkpoint file d-"));
    assertThat(failure.getMessage(), containsString("bring the file back from a copy"));
  }

  private static byte[] damaged(byte[] file) {
    byte[] copy = file.clone();
    for (int i = copy.length / 4; i < copy.length; i++) {
      copy[i] ^= 1;
    }
    return copy;
  }
}
