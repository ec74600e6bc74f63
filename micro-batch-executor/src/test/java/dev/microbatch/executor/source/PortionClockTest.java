package dev.microbatch.executor.source;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.microbatch.executor.time.Clock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortionClockTest {

  private static final long DEADLINE = Clock.toNanos(5);

  private final SteppedClock clock = new SteppedClock();
  private final PortionClock portion = new PortionClock(clock);
  private boolean ended;

  @BeforeEach
  void begin() {
    portion.begin(0, DEADLINE, () -> ended);
  }

  private int readUntilUp(long nanosPerRecord) {
    int records = 0;
    do {
      clock.step(nanosPerRecord);
      records++;
    } while (!portion.isUp());
    return records;
  }

  @ParameterizedTest
  @ValueSource(longs = {100, 1_000, 10_000, 100_000, 1_000_000, 250_000_000, 1_000_000_000})
  void endsAboutOneLookOrOneRecordBehindItsTime(long nanosPerRecord) {
    int records = readUntilUp(nanosPerRecord);

    long late = records * nanosPerRecord - DEADLINE;
    assertThat(late, is(lessThan(Math.max(100_000, nanosPerRecord) + nanosPerRecord)));
  }

  @Test
  void looksSeldomWhileRecordsAreCheap() {
    int records = readUntilUp(200);

    assertThat(records, is(lessThanOrEqualTo(25_000 + PortionClock.MOST_RECORDS)));
    assertThat(clock.takeLooks(), is(lessThan(records / PortionClock.MOST_RECORDS + 10)));
  }

  @Test
  void noticesAtOnceThatRecordsHaveBecomeSlowSinceTheLastPortion() {
    readUntilUp(200);
    portion.begin(clock.nanos(), clock.nanos() + DEADLINE, () -> ended);

    assertThat(readUntilUp(Clock.toNanos(250)), is(1));
  }

  @Test
  void noticesWithinAFewRecordsThatTheyHaveBecomeSlow() {
    for (int i = 0; i < 100; i++) {
      clock.step(10_000);
      assertThat(portion.isUp(), is(false));
    }

    assertThat(readUntilUp(Clock.toNanos(250)), is(lessThanOrEqualTo(10)));
  }

  @Test
  void endsBehindTheCurrentRecordWhenItIsAskedTo() {
    for (int i = 0; i < 100; i++) {
      assertThat(portion.isUp(), is(false));
    }
    ended = true;

    assertThat(portion.isUp(), is(true));
  }
}
