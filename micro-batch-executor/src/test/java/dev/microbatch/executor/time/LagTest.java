package dev.microbatch.executor.time;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import org.junit.jupiter.api.Test;

class LagTest {

  private final Lag lag = new Lag();

  @Test
  void followsAtOnceUnlessLate() {
    assertThat(lag.apply(10, false), is(10L));
    assertThat(lag.isBehind(), is(false));
  }

  @Test
  void followsOneBatchLate() {
    lag.apply(10, false);
    assertThat(lag.apply(20, true), is(10L));
    assertThat(lag.isBehind(), is(true));
    assertThat(lag.asked(), is(20L));
    assertThat(lag.apply(20, false), is(20L));
    assertThat(lag.isBehind(), is(false));
  }

  @Test
  void isNeverMoreThanOneBatchBehind() {
    lag.apply(10, true);
    assertThat(lag.apply(20, true), is(10L));
    assertThat(lag.apply(30, true), is(20L));
    assertThat(lag.apply(30, true), is(30L));
  }

  @Test
  void lateWithoutMovementIsNotBehind() {
    lag.apply(10, false);
    assertThat(lag.apply(10, true), is(10L));
    assertThat(lag.isBehind(), is(false));
  }
}
