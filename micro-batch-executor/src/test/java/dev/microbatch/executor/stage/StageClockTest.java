package dev.microbatch.executor.stage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.time.Clock;
import java.util.List;
import java.util.concurrent.locks.Condition;
import org.junit.jupiter.api.Test;

class StageClockTest {

  /** Time goes by when the test says so. */
  private static final class SetClock implements Clock {
    private long nanos;

    @Override
    public long millis() {
      return nanos / 1_000_000;
    }

    @Override
    public long nanos() {
      return nanos;
    }

    @Override
    public void await(Condition condition, long millis) {
      throw new UnsupportedOperationException();
    }
  }

  private final SetClock time = new SetClock();
  private final StageClock clock = new StageClock(time);
  private final StageClock.Spent outer = new StageClock.Spent();
  private final StageClock.Spent inner = new StageClock.Spent();

  private static List<Long> spent(StageClock.Spent of) {
    return List.of(of.takeBusy(), of.takeStarved(), of.takeBlocked());
  }

  @Test
  void timeIsThatOfTheInnermostStage() {
    clock.enter(outer);
    time.nanos += 10;
    StageClock.Spent before = clock.enter(inner);
    time.nanos += 200;
    clock.leave(before);
    time.nanos += 1;
    clock.stop();
    time.nanos += 5_000;

    assertThat(spent(outer), contains(11L, 0L, 0L));
    assertThat(spent(inner), contains(200L, 0L, 0L));
  }

  @Test
  void aStageThatEntersItselfIsEnteredOnce() {
    clock.enter(outer);
    time.nanos += 10;
    StageClock.Spent before = clock.enter(outer);
    time.nanos += 10;
    clock.leave(before);
    time.nanos += 10;
    clock.stop();

    assertThat(spent(outer), contains(30L, 0L, 0L));
  }

  @Test
  void waitsAreThoseOfTheStageWhoseTurnItIs() {
    clock.enter(outer);
    time.nanos += 1;
    clock.worked();
    time.nanos += 20;
    clock.starved();
    time.nanos += 300;
    clock.worked();
    time.nanos += 4_000;
    clock.blocked();
    clock.stop();

    assertThat(spent(outer), contains(301L, 20L, 4_000L));
  }

  @Test
  void whatWasTakenIsNotTakenAgain() {
    clock.enter(outer);
    time.nanos += 10;
    clock.worked();

    assertThat(outer.takeBusy(), is(10L));
    assertThat(outer.takeBusy(), is(0L));
  }

  @Test
  void nobodyGetsTheTimeBeforeTheFirstTurn() {
    time.nanos += 10;
    clock.enter(outer);
    clock.stop();

    assertThat(spent(outer), contains(0L, 0L, 0L));
  }
}
