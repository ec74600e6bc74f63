package dev.microbatch.executor.batch;

import static dev.microbatch.executor.batch.Pacing.Action.BATCH;
import static dev.microbatch.executor.batch.Pacing.Action.POLL;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.batch.Pacing.Action;
import dev.microbatch.executor.batch.Pacing.Next;
import dev.microbatch.executor.batch.Pacing.Sources;
import dev.microbatch.executor.time.Clock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class PacingTest {

  /** What the clock shows: the last batch began 5 ms before and asked 4 ms before. */
  private static final long NOW = 1_000_000;

  private static final long NEVER = Long.MAX_VALUE;

  private boolean ends;
  private boolean hasWork;
  private boolean lags;
  private Sources sources = Sources.POLLED;
  private long vainPolls = 100;
  private long sinceRecord = 20;
  private long processingTime = NOW - 5;
  private long nextWakeUp = NEVER;
  private long sinceStart = 5;
  private long sinceAsked = 4;
  private long untilCommit = NEVER;
  private long interval;

  @TestFactory
  Stream<DynamicTest> decides() {
    return Stream.of(
        row("work is done at once", m -> m.hasWork = true, BATCH, 0),
        row("but not before the interval has passed", m -> m.work().interval = 30, 25),
        row(
            "only the end is left: no interval is kept",
            m -> m.work().interval(30).ends = true,
            BATCH,
            0),
        row("a timer is due", m -> m.nextWakeUp = NOW, BATCH, 0),
        row("a timer is due soon", m -> m.nextWakeUp = NOW + 2, 2),
        row("a timer is due later than the next poll", m -> m.nextWakeUp = NOW + 900, 6),
        row("a timer that is due waits for the interval", m -> m.interval(30).nextWakeUp = NOW, 25),
        row("times lag, and the clock has moved on", m -> m.lags = true, BATCH, 0),
        row("times lag within one millisecond", m -> m.lags().processingTime = NOW, 1),
        row("times lag behind a clock that was ahead", m -> m.lags().processingTime = NOW + 4, 5),
        row("a commit is due", m -> m.untilCommit = 0, BATCH, 0),
        row("a commit is due soon", m -> m.untilCommit = 3, 3),
        row("a commit was due long ago", m -> m.untilCommit = -500, BATCH, 0),
        row("nothing: the rest of the pause", m -> {}, 6),
        row("the pause is over", m -> m.sinceAsked = 10, POLL, 0),
        row("the first pause", m -> m.vain(0).sinceAsked = 1, POLL, 0),
        row("the second pause", m -> m.vain(1).sinceAsked = 1, 1),
        row("the third pause", m -> m.vain(2).sinceAsked = 0, 4),
        row("the fourth pause", m -> m.vain(3).sinceAsked = 0, 8),
        row("the fifth pause", m -> m.vain(4).sinceAsked = 0, 10),
        row("nothing for a second", m -> m.asked(0).sinceRecord = 1_000, 10),
        row("nothing for three seconds", m -> m.asked(0).sinceRecord = 3_000, 30),
        row("nothing for an hour", m -> m.asked(0).sinceRecord = 3_600_000, 50),
        row("sources are not asked before the interval", m -> m.asked(25).interval = 30, 25),
        row(
            "a batch rather than a poll when both are due",
            m -> m.asked(25).hasWork = true,
            BATCH,
            0),
        row("the heartbeat", m -> m.sinceStart = 1_000, BATCH, 0),
        row("the heartbeat is near", m -> m.sinceStart = 997, 3),
        row("the heartbeat of a long interval", m -> m.interval(5_000).sinceStart = 1_000, 4_000),
        row("no source: until the timer", m -> m.nobody().nextWakeUp = NOW + 300, 300),
        row("no source: until the heartbeat", m -> m.nobody().nextWakeUp = NOW + 5_000, 995),
        row("a TestStream is not polled", m -> m.script().sinceAsked = 10, BATCH, 0),
        row("a TestStream that waits", m -> m.script().sinceAsked = 4, 6));
  }

  private static DynamicTest row(String name, Consumer<PacingTest> given, long wait) {
    return row(name, given, Action.WAIT, wait);
  }

  private static DynamicTest row(
      String name, Consumer<PacingTest> given, Action action, long wait) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          PacingTest moment = new PacingTest();
          given.accept(moment);
          assertThat(moment.next(), is(new Next(action, wait)));
        });
  }

  private Next next() {
    return new Pacing(interval)
        .next(
            new Pacing.Moment(
                ends,
                hasWork,
                lags,
                sources,
                vainPolls,
                Clock.toNanos(sinceRecord),
                NOW,
                processingTime,
                nextWakeUp,
                Clock.toNanos(sinceStart),
                Clock.toNanos(sinceAsked),
                untilCommit == NEVER ? NEVER : Clock.toNanos(untilCommit)));
  }

  private PacingTest work() {
    hasWork = true;
    return this;
  }

  private PacingTest lags() {
    lags = true;
    return this;
  }

  private PacingTest interval(long millis) {
    interval = millis;
    return this;
  }

  private PacingTest vain(long polls) {
    vainPolls = polls;
    return this;
  }

  private PacingTest asked(long millis) {
    sinceAsked = millis;
    return this;
  }

  private PacingTest nobody() {
    sources = Sources.NONE;
    return this;
  }

  private PacingTest script() {
    sources = Sources.IN_BATCHES;
    return this;
  }
}
