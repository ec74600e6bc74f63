package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.anEmptyMap;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.batch.RetryPolicy;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.FaultyStore;
import dev.microbatch.executor.checkpoint.MemoryStore;
import dev.microbatch.runner.ImpatientClock;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The disk of the checkpoints is full, for a moment or until somebody makes room. */
class FullDiskTest {

  private static final Execution EXECUTION = new Execution();
  private static final long A_MONTH = TimeUnit.DAYS.toMillis(30);

  private final MemoryStore disk = new MemoryStore();
  private final AtomicInteger refusals = new AtomicInteger();

  /** Refuses to write data, from the given operation on, so many times. */
  private FaultyStore fullFrom(int operation, int times) {
    return new FaultyStore(disk)
        .with(
            (number, kind, file) -> {
              if (number >= operation
                  && kind == FaultyStore.Operation.WRITE
                  && file.startsWith("d-")
                  && refusals.getAndIncrement() < times) {
                throw new IOException("No space left on device");
              }
            });
  }

  @Test
  void aCommitIsTriedAgainUntilThereIsRoom() {
    // Time flies while the loop waits for the commit: so the outage may last as long as it likes.
    PlanExecution execution =
        EXECUTION.start(
            "full for a moment",
            fullFrom(60, 2),
            new ImpatientClock(),
            new RetryPolicy(0, A_MONTH));

    assertThat(execution.run(), is(PlanExecution.End.DONE));

    assertThat(refusals.get() > 2, is(true));
    assertThat(EveryKind.found("full for a moment"), is(not(anEmptyMap())));
  }

  @Test
  void thePipelineFailsByNameIfThereIsNoneAndGoesOnWhenThereIs() {
    EXECUTION.start("never full", new MemoryStore()).run();
    PlanExecution first = EXECUTION.start("full", fullFrom(60, Integer.MAX_VALUE));

    CheckpointException failure = assertThrows(CheckpointException.class, first::run);

    assertThat(
        failure.getMessage(),
        allOf(
            startsWith("Commit "),
            containsString("No space left on device"),
            containsString(disk.location()),
            matchesPattern("(?s).*checkpoint file d-\\S+ in .*"),
            containsString("start the pipeline again")));
    assertThat(EveryKind.found("full"), is(anEmptyMap()));

    PlanExecution second = EXECUTION.start("full", disk);
    assertThat(second.run(), is(PlanExecution.End.DONE));
    assertThat(second.restores(), is(1));
    assertThat(EveryKind.found("full"), is(EveryKind.found("never full")));
  }
}
