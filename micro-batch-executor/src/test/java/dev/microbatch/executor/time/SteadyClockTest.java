package dev.microbatch.executor.time;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.concurrent.locks.Condition;
import org.junit.jupiter.api.Test;

class SteadyClockTest {

  private static final long HOUR = 3_600_000;

  private final SetClock behind = new SetClock();
  private final SteadyClock clock = new SteadyClock(behind);

  /** Shows what it was told to. */
  private static final class SetClock implements Clock {
    private long millis = 10 * HOUR;
    private long nanos;

    /** Lets time go by. */
    void pass(long forMillis) {
      millis += forMillis;
      nanos += Clock.toNanos(forMillis);
    }

    /** Somebody sets the clock. */
    void jump(long byMillis) {
      millis += byMillis;
    }

    @Override
    public long millis() {
      return millis;
    }

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public void await(Condition condition, long forMillis) {
      pass(forMillis);
    }
  }

  @Test
  void showsWhatTheClockShows() {
    assertThat(clock.millis(), is(10 * HOUR));
    behind.pass(7);
    assertThat(clock.millis(), is(10 * HOUR + 7));
    behind.jump(HOUR);
    assertThat(clock.millis(), is(11 * HOUR + 7));
  }

  @Test
  void goesOnAtHalfItsPaceWhenTheClockIsSetBack() {
    clock.millis();
    behind.jump(-HOUR);

    assertThat(clock.millis(), is(10 * HOUR));
    behind.pass(1);
    assertThat(clock.millis(), is(10 * HOUR));
    behind.pass(1);
    assertThat("halves add up", clock.millis(), is(10 * HOUR + 1));
    behind.pass(1_000);
    assertThat(clock.millis(), is(10 * HOUR + 501));
  }

  @Test
  void followsTheClockAgainWhenThatHasCaughtUp() {
    clock.millis();
    behind.jump(-HOUR);
    behind.pass(2 * HOUR);

    assertThat(clock.millis(), is(11 * HOUR));
    behind.pass(5);
    assertThat(clock.millis(), is(11 * HOUR + 5));
  }

  @Test
  void isNeverBehindWhatACheckpointHasSeen() {
    clock.startAt(12 * HOUR);

    assertThat(clock.millis(), is(12 * HOUR));
    behind.pass(100);
    assertThat(clock.millis(), is(12 * HOUR + 50));
  }
}
