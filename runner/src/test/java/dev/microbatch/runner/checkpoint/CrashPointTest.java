package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.aMapWithSize;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CheckpointLog;
import dev.microbatch.executor.checkpoint.CommitHeader;
import dev.microbatch.executor.checkpoint.FaultyStore;
import dev.microbatch.executor.checkpoint.FencedException;
import dev.microbatch.executor.checkpoint.MemoryStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole pipeline, of which each operation on its checkpoint store in turn fails, is the last one
 * before a crash, or is that of a process believed dead. What comes out is always the same.
 */
class CrashPointTest {

  private static final Logger LOG = LoggerFactory.getLogger(CrashPointTest.class);

  /** A failed operation is logged with its stack, each time. */
  private static final java.util.logging.Logger NOISE =
      java.util.logging.Logger.getLogger("dev.microbatch.executor");

  private static final Execution EXECUTION = new Execution();

  /** How many operations there are before anything runs: a look, a claim and two lists. */
  private static final int OPENING = 6;

  /** What comes out of a run without a crash. */
  private static Map<String, List<String>> expected;

  /** How many operations that run took. */
  private static int operations;

  @BeforeAll
  static void runWithoutACrash() {
    FaultyStore store = new FaultyStore(new MemoryStore());
    PlanExecution execution = EXECUTION.start("no crash", store);
    assertThat(execution.run(), is(PlanExecution.End.DONE));
    assertCounted(execution);
    expected = EveryKind.found("no crash");
    operations = store.operations();
    NOISE.setLevel(Level.OFF);
    LOG.info("{} operations without a crash", operations);
    assertThat(expected, is(aMapWithSize(8)));
  }

  @AfterAll
  static void makeNoiseAgain() {
    NOISE.setLevel(null);
  }

  private static void assertCounted(PlanExecution execution) {
    assertThat(
        EveryKind.committed(execution.metrics()), is((long) TideSource.TOTAL + EveryKind.BOUNDED));
  }

  /** Runs on to the end, and looks whether everything is right. */
  private static void finish(String job, MemoryStore store) {
    PlanExecution execution = EXECUTION.start(job, store);
    assertThat(job, execution.run(), is(PlanExecution.End.DONE));
    assertCounted(execution);
    assertFinished(job, store);
  }

  private static void assertFinished(String job, MemoryStore store) {
    assertThat(job, EveryKind.found(job), is(expected));
    try (CheckpointLog log = CheckpointLog.open(store, 3)) {
      assertThat(job, log.restored().orElseThrow().header().end(), is(CommitHeader.End.DONE));
    }
  }

  @Test
  void thereAreManyOperations() {
    assertThat(operations, is(greaterThan(50)));
  }

  @ParameterizedTest
  @EnumSource
  void anOperationMayFail(FaultyStore.Outcome outcome) {
    int failures = 0;
    for (boolean failed = true; failed; ) {
      String job = "failure " + outcome + " of " + failures;
      MemoryStore memory = new MemoryStore();
      FaultyStore store = new FaultyStore(memory).failAt(failures, outcome);
      try {
        PlanExecution execution = EXECUTION.start(job, store);
        assertThat(job, execution.run(), is(PlanExecution.End.DONE));
        assertCounted(execution);
        assertFinished(job, memory);
      } catch (CheckpointException e) {
        assertThat(job + e, failures < OPENING, is(true));
        finish(job, memory);
      }
      failed = store.hasFailed();
      failures += failed ? 1 : 0;
    }
    LOG.info("{} operations failed once, outcome {}", failures, outcome);
    assertThat(failures, is(greaterThan(50)));
  }

  @ParameterizedTest
  @EnumSource
  void anOperationMayBeTheLastBeforeACrash(FaultyStore.Outcome outcome) {
    int crashes = 0;
    for (boolean crashed = true; crashed; ) {
      String job = "crash " + outcome + " at " + crashes;
      MemoryStore memory = new MemoryStore();
      FaultyStore store = new FaultyStore(memory).dieAt(crashes, outcome);
      try {
        EXECUTION.start(job, store).run();
      } catch (CheckpointException e) {
        assertThat(job + e, store.hasFailed(), is(true));
      }
      finish(job, memory);
      crashed = store.hasFailed();
      crashes += crashed ? 1 : 0;
    }
    LOG.info("{} crashes, outcome {}", crashes, outcome);
    assertThat(crashes, is(greaterThan(50)));
  }

  @Test
  void aZombieMayWakeUpBeforeAnyOperation() throws Exception {
    int zombies = 0;
    for (boolean stopped = true; stopped; ) {
      String job = "zombie before " + zombies;
      MemoryStore memory = new MemoryStore();
      Zombie zombie = new Zombie(job, memory, zombies);
      stopped = zombie.awaitStandstill();
      finish(job, memory);
      Throwable end = zombie.goOn();
      if (end != null) {
        assertThat(job, end, is(instanceOf(FencedException.class)));
      }
      assertFinished(job, memory);
      finish(job, memory);
      zombies += stopped ? 1 : 0;
    }
    LOG.info("{} zombies", zombies);
    assertThat(zombies, is(greaterThan(50)));
  }

  /** An execution that stands still before an operation until it is told to continue. */
  private static final class Zombie {
    private final Semaphore still = new Semaphore(0);
    private final Semaphore goOn = new Semaphore(0);
    private final CompletableFuture<Throwable> end = new CompletableFuture<>();
    private volatile boolean stopped;

    Zombie(String job, MemoryStore memory, int operation) {
      FaultyStore store =
          new FaultyStore(memory)
              .with(
                  (number, what, file) -> {
                    if (number == operation) {
                      stopped = true;
                      still.release();
                      goOn.acquireUninterruptibly();
                    }
                  });
      new Thread(() -> run(job, store), "zombie").start();
    }

    private void run(String job, FaultyStore store) {
      try {
        EXECUTION.start(job, store).run();
        end.complete(null);
      } catch (Throwable t) {
        end.complete(t);
      } finally {
        still.release();
      }
    }

    /** Waits until it stands still or has ended; says which. */
    boolean awaitStandstill() throws InterruptedException {
      still.acquire();
      return stopped;
    }

    /** Lets it come to its end; returns what it failed with, or null. */
    Throwable goOn() throws Exception {
      goOn.release();
      return end.get();
    }
  }
}
