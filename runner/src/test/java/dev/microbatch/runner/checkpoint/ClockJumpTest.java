package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.checkpoint.MemoryStore;
import dev.microbatch.executor.time.Clock;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.joda.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody sets the clock of the machine back by an hour while a step waits for ten seconds. */
@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class ClockJumpTest {

  private static final long HOUR = 3_600_000;
  private static final long DELAY = 10_000;

  private static final Queue<Long> GIVEN = new ConcurrentLinkedQueue<>();
  private static Runnable whenGiven;

  private final AtomicLong shown = new AtomicLong(1_000 * HOUR);
  private final AtomicLong passed = new AtomicLong();

  @BeforeEach
  void reset() {
    GIVEN.clear();
    whenGiven = () -> {};
  }

  /** Time passes only while somebody waits, and then at once. */
  private final class JumpingClock implements Clock {
    @Override
    public long millis() {
      return shown.get();
    }

    @Override
    public long nanos() {
      return Clock.toNanos(passed.get());
    }

    @Override
    public void await(Condition condition, long millis) throws InterruptedException {
      Clock.system().await(condition, 1);
      shown.addAndGet(millis);
      passed.addAndGet(millis);
    }
  }

  /** Gives 0 at once, and 1 after a delay. */
  @DoFn.UnboundedPerElement
  private static final class Later extends DoFn<String, Long> {
    @ProcessElement
    public ProcessContinuation process(RestrictionTracker<OffsetRange, Long> tracker) {
      long position = tracker.currentRestriction().getFrom();
      if (!tracker.tryClaim(position)) {
        return ProcessContinuation.stop();
      }
      GIVEN.add(position);
      whenGiven.run();
      return ProcessContinuation.resume().withResumeDelay(Duration.millis(DELAY));
    }

    @GetInitialRestriction
    public OffsetRange initial() {
      return new OffsetRange(0, 2);
    }
  }

  private static Pipeline later() {
    Pipeline pipeline = Pipeline.create();
    pipeline.apply("Create", Create.of("element")).apply("Later", ParDo.of(new Later()));
    return pipeline;
  }

  private PlanExecution start(MemoryStore store) {
    return new Execution(later()).start("later", store, new JumpingClock());
  }

  @Test
  void aRunningPipelineWaitsAtMostTwiceAsLong() {
    whenGiven = () -> shown.addAndGet(-HOUR);

    assertThat(start(new MemoryStore()).run(), is(PlanExecution.End.DONE));

    assertThat(GIVEN, contains(0L, 1L));
    assertThat(passed.get(), is(lessThan(4 * DELAY + 4_000)));
  }

  @Test
  void aRestoredPipelineWaitsAtMostTwiceAsLong() throws Exception {
    MemoryStore store = new MemoryStore();
    PlanExecution first = start(store);
    whenGiven = first::stop;
    assertThat(first.run(), is(PlanExecution.End.STOPPED));
    assertThat(GIVEN, contains(0L));
    shown.addAndGet(-HOUR);
    passed.set(0);

    PlanExecution second = start(store);
    assertThat(second.run(), is(PlanExecution.End.DONE));

    assertThat(second.restores(), is(1));
    assertThat(GIVEN, contains(0L, 1L));
    assertThat(passed.get(), is(lessThan(4 * DELAY + 4_000)));
  }
}
