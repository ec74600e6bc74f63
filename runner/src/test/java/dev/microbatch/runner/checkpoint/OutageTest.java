package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anEmptyMap;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.batch.RetryPolicy;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.FaultyStore;
import dev.microbatch.executor.checkpoint.FencedException;
import dev.microbatch.executor.checkpoint.MemoryStore;
import dev.microbatch.executor.log.Log;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.runner.ImpatientClock;
import java.io.IOException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.function.LongConsumer;
import java.util.logging.Level;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Something that the pipeline needs is away for a while: its disk, or a service that a step uses.
 */
class OutageTest {

  private static final RetryPolicy DEFAULT = new RetryPolicy(3, 300_000);

  /** The pauses between two runs of a batch: nobody else waits as long as one of these. */
  private static final Set<Long> PAUSES = Set.of(200L, 5_000L, 10_000L);

  /** What {@link Call} has to do before it calls its service; may throw. */
  private static Runnable service;

  private static final AtomicLong COUNTED = new AtomicLong();
  private static final Queue<Long> CALLED = new ConcurrentLinkedQueue<>();

  private final MemoryStore disk = new MemoryStore();
  private final AtomicInteger refusals = new AtomicInteger();
  private Clock clock = new ImpatientClock();
  private final Log log = Log.of("dev.microbatch.executor");

  @BeforeEach
  void reset() {
    CALLED.clear();
    COUNTED.set(0);
    service = () -> {};
  }

  @AfterEach
  void stopListening() {
    log.close();
  }

  /** What an outage is asked before each operation; throws as long as it lasts. */
  @FunctionalInterface
  private interface Refusal {
    void ask(int refused) throws IOException;
  }

  /** Asks before each write of data from the given operation on. */
  private FaultyStore diskWith(int operation, Refusal refusal) {
    return new FaultyStore(disk)
        .with(
            (number, kind, file) -> {
              if (number >= operation
                  && kind == FaultyStore.Operation.WRITE
                  && file.startsWith("d-")) {
                refusal.ask(refusals.get());
              }
            });
  }

  private void refuse() throws IOException {
    refusals.incrementAndGet();
    throw new IOException("No space left on device");
  }

  /** A store whose disk is full for a time. */
  private FaultyStore fullFor(int operation, long millis) {
    AtomicReference<Long> since = new AtomicReference<>();
    return diskWith(
        operation,
        refused -> {
          since.compareAndSet(null, clock.nanos());
          if (clock.nanos() - since.get() < Clock.toNanos(millis)) {
            refuse();
          }
        });
  }

  private static final class Call extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<Long> out) {
      service.run();
      CALLED.add(number);
      out.output(number);
    }
  }

  private static Execution calling() {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply("Range", Read.from(new RangeSource(0, 100))).apply("Call", ParDo.of(new Call()));
    return new Execution(pipeline);
  }

  @Test
  void aDiskThatIsFullForThreeSecondsHeals() {
    PlanExecution execution =
        new Execution().start("full for 3 s", fullFor(60, 3_000), clock, DEFAULT);

    assertThat(execution.run(), is(PlanExecution.End.DONE));

    assertThat(EveryKind.found("full for 3 s"), is(not(anEmptyMap())));
    assertThat("pauses grow", refusals.get(), is(lessThan(20)));
    assertThat(execution.restores(), is(0));
  }

  @Test
  void anOutageIsToldWhenItBeginsNowAndThenAndWhenItIsOver() {
    new Execution().start("full for a minute", fullFor(60, 60_000), clock, DEFAULT).run();

    assertThat(
        log.messages(Level.WARNING, "is tried again for up to 300 s, which maxOutageMillis bounds"),
        hasSize(1));
    assertThat(log.thrown(Level.WARNING, "Writing commit"), is(1L));
    assertThat(log.messages(Level.WARNING, "is tried again: ").size(), is(lessThan(6)));
    assertThat(log.messages(Level.INFO, "works again"), hasSize(1));
  }

  @Test
  void anOutageThatLastsTooLongFailsThePipeline() {
    PlanExecution execution =
        new Execution()
            .start("full for long", fullFor(60, Long.MAX_VALUE / 2_000_000), clock, DEFAULT);

    CheckpointException failure = assertThrows(CheckpointException.class, execution::run);

    assertThat(failure.getMessage(), containsString("No space left on device"));
    assertThat(failure.getMessage(), containsString("maxOutageMillis allows 300 s"));
    assertThat("tried for minutes", refusals.get(), is(greaterThan(20)));
  }

  private static final class Count extends DoFn<Long, Void> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process() {
      COUNTED.incrementAndGet();
    }
  }

  @Test
  void batchesGoOnForAWhileThenWaitAndGoOnAgain() {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(GenerateSequence.from(0)).apply("Count", ParDo.of(new Count()));
    AtomicReference<PlanExecution> execution = new AtomicReference<>();
    AtomicLong atFirst = new AtomicLong(-1);
    AtomicLong whenWaiting = new AtomicLong(-1);
    AtomicLong later = new AtomicLong(-1);
    FaultyStore store =
        new FaultyStore(disk)
            .with(
                (number, kind, file) -> {
                  if (number < 20 || !file.startsWith("d-")) {
                    return;
                  }
                  atFirst.compareAndSet(-1, COUNTED.get());
                  boolean waits =
                      !log.messages(Level.WARNING, "Batches wait for a commit").isEmpty();
                  if (waits && !whenWaiting.compareAndSet(-1, COUNTED.get())) {
                    later.compareAndSet(-1, COUNTED.get());
                  }
                  if (later.get() < 0) {
                    refuse();
                  } else if (COUNTED.get() > later.get()) {
                    execution.get().stop();
                  }
                });
    execution.set(
        new Execution(pipeline).start("endless", store, clock, new RetryPolicy(0, 3_000_000), 1));

    assertThat(execution.get().run(), is(PlanExecution.End.STOPPED));

    assertThat("batches continued", whenWaiting.get(), is(greaterThan(atFirst.get())));
    assertThat("waited", later.get(), is(whenWaiting.get()));
  }

  @Test
  void whatCannotHealIsNotTriedAgain() {
    MemoryStore shared = disk;
    FaultyStore store =
        diskWith(
            60,
            refused -> {
              if (refusals.getAndIncrement() == 0) {
                new Execution().start("other", shared);
              }
            });

    assertThrows(
        FencedException.class, new Execution().start("fenced off", store, clock, DEFAULT)::run);

    assertThat(log.messages(Level.WARNING, "is tried again"), is(empty()));
  }

  @Test
  void aCancelDuringAnOutageEndsItAtOnce() {
    clock = Clock.system();
    AtomicReference<PlanExecution> execution = new AtomicReference<>();
    FaultyStore store =
        diskWith(
            60,
            refused -> {
              if (refused == 1) {
                execution.get().cancel();
              }
              refuse();
            });
    execution.set(new Execution().start("cancelled", store, clock, DEFAULT));

    assertThat(execution.get().run(), is(PlanExecution.End.CANCELLED));

    assertThat(refusals.get(), is(lessThan(4)));
  }

  /**
   * Time passes by the pauses between two attempts at a commit; the loop, which waits for the
   * commit meanwhile and would let much more of it pass, waits for moments.
   */
  private static Clock passingByAttempts() {
    Clock impatient = new ImpatientClock();
    return new Clock() {
      @Override
      public long millis() {
        return impatient.millis();
      }

      @Override
      public long nanos() {
        return impatient.nanos();
      }

      @Override
      public void await(Condition condition, long millis) throws InterruptedException {
        boolean attempts = Thread.currentThread().getName().equals("microbatch-commits");
        impatient.await(condition, attempts ? millis : Math.min(millis, 1));
      }
    };
  }

  @Test
  void aStopDuringAnOutageTriesAgainAndStopsIfThatSucceeds() {
    clock = passingByAttempts();
    AtomicReference<PlanExecution> execution = new AtomicReference<>();
    FaultyStore store =
        diskWith(
            60,
            refused -> {
              if (refused == 3) {
                execution.get().stop();
              }
              if (refused < 7) {
                refuse();
              }
            });
    execution.set(new Execution().start("stopped", store, clock, DEFAULT));

    assertThat(execution.get().run(), is(PlanExecution.End.STOPPED));
  }

  @Test
  void aStopDuringAnOutageFailsSoonIfItDoesNotEnd() {
    clock = passingByAttempts();
    AtomicReference<PlanExecution> execution = new AtomicReference<>();
    AtomicLong since = new AtomicLong();
    FaultyStore store =
        diskWith(
            60,
            refused -> {
              if (refused == 0) {
                execution.get().stop();
                since.set(clock.nanos());
              }
              refuse();
            });
    execution.set(new Execution().start("not stopped", store, clock, DEFAULT));

    assertThrows(CheckpointException.class, execution.get()::run);

    long nanos = clock.nanos() - since.get();
    assertThat("tries for 5 s", nanos, is(greaterThan(Clock.toNanos(4_000))));
    assertThat("not for minutes", nanos, is(lessThan(Clock.toNanos(60_000))));
  }

  @Test
  void aServiceThatIsDownForASecondAndAHalfHeals() {
    AtomicReference<Long> since = new AtomicReference<>();
    service =
        () -> {
          since.compareAndSet(null, clock.nanos());
          if (clock.nanos() - since.get() < Clock.toNanos(1_500)) {
            throw new IllegalStateException("connection refused");
          }
        };

    PlanExecution execution = calling().start("service", disk, clock, DEFAULT);

    assertThat(execution.run(), is(PlanExecution.End.DONE));
    assertThat(CALLED, hasSize(100));
    assertThat(log.thrown(Level.WARNING, "failed in step Call"), is(1L));
    assertThat(log.messages(Level.INFO, "What failed has passed"), hasSize(1));
  }

  @Test
  void aBugShowsBehindAFewSecondsOfPauses() {
    Queue<Long> pauses = new ConcurrentLinkedQueue<>();
    clock = tellingOfPauses(pauses::add);
    service =
        () -> {
          throw new IllegalStateException("a bug");
        };

    assertThrows(StepException.class, calling().start("bug", disk, clock, DEFAULT)::run);

    assertThat(pauses, contains(200L, 5_000L));
  }

  /** A clock that tells of the pauses between two runs of a batch, and makes them short. */
  private static Clock tellingOfPauses(LongConsumer told) {
    Clock impatient = new ImpatientClock();
    return new Clock() {
      @Override
      public long millis() {
        return impatient.millis();
      }

      @Override
      public long nanos() {
        return impatient.nanos();
      }

      @Override
      public void await(Condition condition, long millis) throws InterruptedException {
        if (PAUSES.contains(millis)) {
          told.accept(millis);
        }
        impatient.await(condition, millis);
      }
    };
  }

  @Test
  void aCancelDuringThePauseBehindAFailureEndsItAtOnce() {
    AtomicReference<PlanExecution> execution = new AtomicReference<>();
    AtomicInteger calls = new AtomicInteger();
    clock = tellingOfPauses(pause -> execution.get().cancel());
    service =
        () -> {
          calls.incrementAndGet();
          throw new IllegalStateException("connection refused");
        };
    execution.set(calling().start("cancelled in a pause", disk, clock, new RetryPolicy(100, 0)));

    assertThat(execution.get().run(), is(PlanExecution.End.CANCELLED));

    assertThat(execution.get().restores(), is(0));
  }

  @Test
  void aStopDuringThePauseBehindAFailureStopsAtTheLastCommit() {
    AtomicReference<PlanExecution> execution = new AtomicReference<>();
    clock = tellingOfPauses(pause -> execution.get().stop());
    service =
        () -> {
          throw new IllegalStateException("connection refused");
        };
    execution.set(calling().start("stopped in a pause", disk, clock, new RetryPolicy(100, 0)));
    assertThat(execution.get().run(), is(PlanExecution.End.STOPPED));

    service = () -> {};
    assertThat(calling().start("stopped in a pause", disk).run(), is(PlanExecution.End.DONE));

    assertThat(CALLED, hasSize(100));
  }

  @Test
  void goingBackWaitsForAStoreThatIsAway() {
    AtomicInteger failures = new AtomicInteger();
    service =
        () -> {
          if (failures.getAndIncrement() == 0) {
            throw new IllegalStateException("fails once");
          }
        };
    FaultyStore store =
        new FaultyStore(disk)
            .with(
                (number, kind, file) -> {
                  if (failures.get() > 0 && refusals.get() < 8) {
                    refuse();
                  }
                });

    PlanExecution execution = calling().start("away", store, clock, DEFAULT);

    assertThat(execution.run(), is(PlanExecution.End.DONE));
    assertThat(refusals.get(), is(8));
    assertThat(log.messages(Level.INFO, "Going back to the last commit works again"), hasSize(1));
  }

  @Test
  void goingBackWaitsForADiskThatIsFull() {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply(GenerateSequence.from(0)).apply("Call", ParDo.of(new Call()));
    AtomicReference<PlanExecution> execution = new AtomicReference<>();
    AtomicBoolean committed = new AtomicBoolean();
    AtomicInteger failures = new AtomicInteger();
    service =
        () -> {
          if (refusals.get() == 5) {
            execution.get().stop();
          } else if (committed.get() && failures.getAndIncrement() == 0) {
            throw new IllegalStateException("fails once");
          }
        };
    FaultyStore store =
        new FaultyStore(disk)
            .with(
                (number, kind, file) -> {
                  if (kind == FaultyStore.Operation.LIST
                      && disk.list().stream().anyMatch(name -> name.startsWith("m-"))) {
                    committed.set(true);
                  }
                  if (kind == FaultyStore.Operation.WRITE
                      && file.startsWith("m-")
                      && failures.get() > 0
                      && refusals.get() < 5) {
                    refuse();
                  }
                });
    execution.set(new Execution(pipeline).start("full", store, clock, DEFAULT, 1));

    assertThat(execution.get().run(), is(PlanExecution.End.STOPPED));
    assertThat(refusals.get(), is(5));
    assertThat(log.messages(Level.INFO, "Going back to the last commit works again"), hasSize(1));
  }
}
