package dev.microbatch.runner.monitor;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.batch.Asked;
import dev.microbatch.executor.batch.BatchSummary;
import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.batch.Succession;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.checkpoint.FaultyStore;
import dev.microbatch.executor.checkpoint.MemoryStore;
import dev.microbatch.executor.checkpoint.StepBytes;
import dev.microbatch.executor.monitor.CommitRecord;
import dev.microbatch.executor.monitor.Event;
import dev.microbatch.executor.monitor.Outcome;
import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.monitor.RestoreRecord;
import dev.microbatch.runner.ImpatientClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is remembered of commits, restores and events. */
@SuppressWarnings("serial")
class HistoryTest {

  private static final String MESSAGE = "No space left on device";
  private static final String SECRET = "the-customer-is-Ada";
  private static final AtomicInteger FAILURES = new AtomicInteger();

  private final MemoryStore disk = new MemoryStore();

  @BeforeEach
  void nothingFails() {
    FAILURES.set(0);
  }

  private static final class ToPair extends DoFn<Long, KV<Long, Long>> {
    @ProcessElement
    public void process(@Element Long in, OutputReceiver<KV<Long, Long>> out) {
      if (in > 5_000 && FAILURES.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IllegalStateException(SECRET);
      }
      out.output(KV.of(in % 100, in));
    }
  }

  private static Watched grouping() {
    Pipeline pipeline = Pipeline.create();
    pipeline
        .apply("Numbers", GenerateSequence.from(0).to(20_000))
        .apply("Pair", ParDo.of(new ToPair()))
        .apply("Group", GroupByKey.create());
    return new Watched(pipeline);
  }

  /** Refuses so many writes of data from the given operation on. */
  private FaultyStore refusing(int operation, int times) {
    AtomicInteger left = new AtomicInteger(times);
    return new FaultyStore(disk)
        .with(
            (number, kind, file) -> {
              if (number >= operation
                  && kind == FaultyStore.Operation.WRITE
                  && file.startsWith("d-")
                  && left.getAndDecrement() > 0) {
                throw new IOException(MESSAGE);
              }
            });
  }

  private static List<Event> events(PlanExecution execution, Event.Kind kind) {
    return execution.monitor().events().stream().filter(event -> event.kind() == kind).toList();
  }

  @Test
  void aCommitThatIsTriedAgainSaysHowOftenAndWhy() {
    PlanExecution execution =
        grouping().start(1, refusing(10, 2), new ImpatientClock(), 1, 500, Succession.NONE);

    execution.run();

    PipelineMonitor monitor = execution.monitor();
    List<Integer> attempts =
        monitor.commits().stream().map(CommitRecord::attempts).filter(count -> count > 1).toList();
    assertThat(attempts, contains(3));
    assertThat(monitor.snapshot().counters().failedAttempts(), is(2L));
    assertThat(monitor.snapshot().counters().commits(), is((long) monitor.commits().size()));
    for (Event failed : events(execution, Event.Kind.COMMIT_FAILED)) {
      assertThat(failed.text(), startsWith("Writing commit"));
      assertThat(failed.text(), not(containsString(MESSAGE)));
      assertThat(failed.message(), containsString(MESSAGE));
    }
  }

  @Test
  void aCommitThatIsNeverWrittenIsKeptAsThatAndEndsThePipeline() {
    PlanExecution execution =
        grouping()
            .start(
                1, refusing(10, Integer.MAX_VALUE), new ImpatientClock(), 1, 500, Succession.NONE);

    assertThrows(CheckpointException.class, execution::run);

    List<CommitRecord> commits = execution.monitor().commits();
    CommitRecord last = commits.get(commits.size() - 1);
    assertThat(last.durable(), is(false));
    assertThat(last.attempts(), is(greaterThan(2)));
    assertThat(last.stats(), is(nullValue()));
    assertThat(execution.monitor().snapshot().end().outcome(), is(Outcome.FAILED));
    assertThat(events(execution, Event.Kind.COMMIT_FAILED).size(), is(greaterThan(2)));
    assertThat(execution.why().text(), containsString(MESSAGE));
    assertThat(execution.whyDiscreetly().text(), not(containsString(MESSAGE)));
  }

  @Test
  void commitsSayWhatEachStepKeeps() {
    PlanExecution execution =
        grouping().start(2, disk, new ImpatientClock(), 1, 500, Succession.NONE);

    execution.run();

    boolean delta = false;
    for (CommitRecord commit : execution.monitor().commits()) {
      CommitStats stats = commit.stats();
      assertThat(stats, is(notNullValue()));
      long written = 0;
      for (StepBytes step : stats.steps()) {
        assertThat(step.kept(), is(greaterThanOrEqualTo(step.written())));
        delta |= step.kept() > step.written();
        written += step.written();
      }
      assertThat(written, is(lessThan(stats.bytes())));
    }
    assertThat("a step is written as a delta at least once", delta, is(true));
  }

  @Test
  void aCommitComesWithTheNextBatchWhenItIsAskedFor() {
    PlanExecution execution =
        grouping().start(1, disk, new ImpatientClock(), 3_600_000, 500, Succession.NONE);
    List<Long> committed = new ArrayList<>();
    execution.addListener(
        (BatchSummary batch) -> {
          if (batch.commit().captured()) {
            committed.add(batch.number());
          }
          if (batch.number() == 5) {
            execution.requestCommit();
          }
        });

    execution.run();

    long last = execution.monitor().snapshot().done().last().number();
    assertThat(committed, contains(6L, last));
    assertThat(
        events(execution, Event.Kind.ASKED).stream().map(Event::text).toList(),
        hasItem("A commit was asked for"));
  }

  @Test
  void aBatchThatFailsLeavesARestoreAndAnEventWithoutItsMessage() {
    FAILURES.set(1);
    PlanExecution execution =
        grouping().start(1, disk, new ImpatientClock(), 1, 500, Succession.NONE);

    execution.run();

    List<RestoreRecord> restores = execution.monitor().restores();
    assertThat(restores.size(), is(1));
    assertThat(restores.get(0).afterFailure(), is(true));
    assertThat(restores.get(0).commit(), is(greaterThan(0L)));
    assertThat(execution.monitor().snapshot().counters().retries(), is(1L));
    assertThat(execution.monitor().snapshot().counters().restores(), is(1L));
    Event retry = events(execution, Event.Kind.RETRY).get(0);
    assertThat(retry.text(), not(containsString(SECRET)));
    assertThat(retry.message(), containsString(SECRET));
    assertThat(retry.thrown(), is(notNullValue()));
    assertThat(events(execution, Event.Kind.PASSED).size(), is(1));
  }

  @Test
  void eventsAreNumberedAndBatchesNameTheirSlowestStage() {
    PlanExecution execution =
        grouping().start(1, disk, new ImpatientClock(), 1, 100, Succession.NONE);

    execution.run();

    long number = 0;
    for (Event event : execution.monitor().events()) {
      number++;
      assertThat(event.number(), is(number));
    }
    execution
        .monitor()
        .batches()
        .forEach(batch -> assertThat(batch.slowestStage(), is(greaterThanOrEqualTo(0))));
  }

  @Test
  void theStrongestOfWhatWasAskedIsTold() {
    PlanExecution execution =
        grouping().start(1, disk, new ImpatientClock(), 1, 100, Succession.NONE);
    assertThat(execution.asked(), is(Asked.NOTHING));
    execution.drain();
    execution.drain();
    assertThat(execution.asked(), is(Asked.DRAIN));
    execution.stop();
    assertThat(execution.asked(), is(Asked.STOP));
    execution.cancel();
    assertThat(execution.asked(), is(Asked.CANCEL));
    assertThat(execution.run(), is(PlanExecution.End.CANCELLED));
    assertThat(events(execution, Event.Kind.ASKED).size(), is(3));
  }
}
