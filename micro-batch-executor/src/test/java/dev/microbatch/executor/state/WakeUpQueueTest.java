package dev.microbatch.executor.state;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.junit.jupiter.api.Test;

/** Wake-ups are kept as long as somebody awaits them. */
class WakeUpQueueTest {

  private static final TimeDomain DOMAIN = TimeDomain.PROCESSING_TIME;
  private static final int MANY = 100_000;

  private final WakeUpQueue queue = new WakeUpQueue(DOMAIN);

  private TriggeredGroup group(long millis) {
    KeyWindows key = new KeyWindows("key", "key", 7);
    TriggeredGroup group = new TriggeredGroup(key, GlobalWindow.INSTANCE, false);
    group.setMemory(new TriggerMemory(0));
    group.memory().addWakeUp(DOMAIN, millis, false);
    queue.add(millis, group);
    return group;
  }

  @Test
  void wakeUpsOfGroupsThatAreGoneAreSweptOutLongBeforeTheirTime() {
    TriggeredGroup staying = group(2 * MANY);
    for (int i = 0; i < MANY; i++) {
      group(MANY + i).setGone();
    }
    assertThat(queue.size(), is(lessThan(5_000)));
    assertThat(queue.firstTime(), is(2L * MANY));
    assertThat(queue.firstBefore(2 * MANY + 1), is(staying));
  }

  @Test
  void wakeUpsThatAreAwaitedAreAllKeptInOrder() {
    for (int i = MANY; i > 0; i--) {
      group(i);
    }
    for (long millis = 1; millis <= MANY; millis++) {
      assertThat(queue.firstTime(), is(millis));
      queue.firstBefore(MANY + 1).setGone();
    }
    assertThat(queue.firstTime(), is(Long.MAX_VALUE));
  }
}
