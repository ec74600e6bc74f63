package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.time.Clock;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import org.junit.jupiter.api.Test;

class OutageTest {

  private static final IOException CAUSE = new IOException("refused");

  /** Time stands still unless the test moves it. */
  private static final class HandClock implements Clock {
    private long millis;

    @Override
    public long millis() {
      return millis;
    }

    @Override
    public long nanos() {
      return Clock.toNanos(millis);
    }

    @Override
    public void await(Condition condition, long waitMillis) {
      millis += waitMillis;
    }
  }

  private final HandClock clock = new HandClock();

  @Test
  void pausesDoubleUpToTenSecondsLessUpToAHalf() {
    Outage outage = new Outage("Trying", clock, Long.MAX_VALUE);
    long[] longest = {100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000};

    for (long most : longest) {
      assertThat(outage.failed(CAUSE), is(true));
      assertThat(outage.pauseMillis(), allOf(greaterThan(most / 2), lessThanOrEqualTo(most)));
    }
  }

  @Test
  void pausesDifferSoThatManyPipelinesDoNotComeBackAtOnce() {
    Set<Long> pauses = new HashSet<>();

    for (int i = 0; i < 100; i++) {
      Outage outage = new Outage("Trying", clock, Long.MAX_VALUE);
      outage.failed(CAUSE);
      pauses.add(outage.pauseMillis());
    }

    assertThat(pauses.size(), greaterThan(10));
  }

  @Test
  void itLastsTooLongWhenItsTimeIsOver() {
    Outage outage = new Outage("Trying", clock, 1_000);
    assertThat(outage.failed(CAUSE), is(true));

    clock.millis += 999;
    assertThat(outage.failed(CAUSE), is(true));
    clock.millis += 1;

    assertThat(outage.failed(CAUSE), is(false));
    assertThat(outage.describe(), is("it was tried for 1.0 s (maxOutageMillis allows 1 s)"));
  }

  @Test
  void theNextOneBeginsAtTheBeginning() {
    Outage outage = new Outage("Trying", clock, 1_000);
    outage.failed(CAUSE);
    clock.millis += 900;
    outage.failed(CAUSE);
    outage.over();
    clock.millis += 5_000;

    assertThat(outage.failed(CAUSE), is(true));
    assertThat(outage.pauseMillis(), lessThanOrEqualTo(100L));
  }

  @Test
  void noTimeMeansNoSecondAttempt() {
    assertThat(new Outage("Trying", clock, 0).failed(CAUSE), is(false));
  }

  @Test
  void negativeTimesAreRefused() {
    assertThat(
        assertThrows(RefusedSettingException.class, () -> new RetryPolicy(3, -1)).setting(),
        is("maxOutageMillis"));
    assertThat(
        assertThrows(RefusedSettingException.class, () -> new RetryPolicy(-1, 0)).setting(),
        is("maxBatchRetries"));
  }
}
