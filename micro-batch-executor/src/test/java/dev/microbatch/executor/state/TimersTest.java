package dev.microbatch.executor.state;

import static dev.microbatch.executor.state.Stores.key;
import static dev.microbatch.executor.state.Stores.timer;
import static dev.microbatch.executor.state.Stores.window;
import static org.apache.beam.sdk.state.TimeDomain.EVENT_TIME;
import static org.apache.beam.sdk.state.TimeDomain.PROCESSING_TIME;
import static org.apache.beam.sdk.state.TimeDomain.SYNCHRONIZED_PROCESSING_TIME;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.beam.sdk.state.TimeDomain;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Timers, their order and their holds. */
class TimersTest {
  private final StateStore store = Stores.create();

  private void set(String key, String id, TimeDomain domain, long timestamp) {
    key(store, key).setTimer(timer(id, window(0), domain, timestamp), false);
  }

  private List<String> poll(TimeDomain domain, long before) {
    List<String> fired = new ArrayList<>();
    for (FiredTimer timer = store.pollTimer(domain, before);
        timer != null;
        timer = store.pollTimer(domain, before)) {
      fired.add(timer.key().key() + timer.data().getTimerId());
    }
    return fired;
  }

  @Test
  void timersFireInOrderOfTimestampThenOfSetting() {
    set("a", "3", EVENT_TIME, 30);
    set("b", "1", EVENT_TIME, 10);
    set("a", "2", EVENT_TIME, 20);
    set("c", "1", EVENT_TIME, 10);
    set("a", "1", EVENT_TIME, 10);
    assertThat(store.nextTimer(EVENT_TIME), is(10L));
    assertThat(poll(EVENT_TIME, 31), contains("b1", "c1", "a1", "a2", "a3"));
    assertThat(store.nextTimer(EVENT_TIME), is(Long.MAX_VALUE));
    assertThat(store.isEmpty(), is(true));
  }

  @Test
  void manyTimersThatAreSetMovedAndDeletedFireInOrder() {
    Random random = new Random(5);
    Map<String, Long> times = new LinkedHashMap<>(); // in order of setting
    List<String> fired = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      String key = "k" + random.nextInt(2_000);
      long time = random.nextInt(300);
      if (random.nextInt(4) == 0) {
        key(store, key).deleteTimer(window(0), "", "family", EVENT_TIME);
        times.remove(key);
      } else if (!Objects.equals(times.get(key), time)) {
        set(key, "", EVENT_TIME, time);
        times.remove(key);
        times.put(key, time);
      }
      if (step % 1_000 == 999) {
        long now = random.nextInt(300);
        fired.addAll(poll(EVENT_TIME, now));
        times.entrySet().stream()
            .filter(timer -> timer.getValue() < now)
            .sorted(Map.Entry.comparingByValue())
            .forEach(timer -> expected.add(timer.getKey()));
        times.values().removeIf(set -> set < now);
        assertThat(fired, is(expected));
      }
    }
  }

  @Test
  void aTimerIsDueStrictlyBefore() {
    set("a", "1", EVENT_TIME, 10);
    assertThat(store.pollTimer(EVENT_TIME, 10), nullValue());
    assertThat(poll(EVENT_TIME, 11), contains("a1"));
  }

  @Test
  void domainsAreSeparate() {
    set("a", "1", EVENT_TIME, 10);
    set("a", "1", PROCESSING_TIME, 5);
    set("a", "1", SYNCHRONIZED_PROCESSING_TIME, 7);
    assertThat(store.nextTimer(PROCESSING_TIME), is(5L));
    assertThat(store.nextTimer(SYNCHRONIZED_PROCESSING_TIME), is(7L));
    assertThat(poll(PROCESSING_TIME, 100), contains("a1"));
    assertThat(key(store, "a").hasTimers(PROCESSING_TIME), is(false));
    assertThat(key(store, "a").hasTimers(EVENT_TIME), is(true));
  }

  @Test
  void settingAgainReplaces() {
    set("a", "1", EVENT_TIME, 10);
    set("a", "2", EVENT_TIME, 20);
    set("a", "1", EVENT_TIME, 30);
    assertThat(poll(EVENT_TIME, 100), contains("a2", "a1"));
    set("a", "1", EVENT_TIME, 30);
    set("a", "2", EVENT_TIME, 20);
    set("a", "1", EVENT_TIME, 10);
    assertThat(poll(EVENT_TIME, 100), contains("a1", "a2"));
  }

  @Test
  void settingAgainGoesBehindButNotWhenNothingChanges() {
    set("a", "1", EVENT_TIME, 10);
    set("a", "2", EVENT_TIME, 10);
    set("a", "1", EVENT_TIME, 10);
    assertThat(poll(EVENT_TIME, 100), contains("a1", "a2"));
    set("a", "1", EVENT_TIME, 10);
    set("a", "2", EVENT_TIME, 20);
    set("a", "1", EVENT_TIME, 20);
    assertThat(poll(EVENT_TIME, 100), contains("a2", "a1"));
  }

  @Test
  void aDeletedTimerDoesNotFire() {
    set("a", "1", EVENT_TIME, 10);
    set("a", "2", EVENT_TIME, 20);
    key(store, "a").deleteTimer(window(0), "1", "family", EVENT_TIME);
    key(store, "a").deleteTimer(window(0), "2", "other family", EVENT_TIME);
    key(store, "a").deleteTimer(window(1), "2", "family", EVENT_TIME);
    key(store, "a").deleteTimer(window(0), "2", "family", PROCESSING_TIME);
    assertThat(poll(EVENT_TIME, 100), contains("a2"));
  }

  @Test
  void allTimersOfANamespaceCanBeDeleted() {
    key(store, "a").setTimer(timer("1", window(0), EVENT_TIME, 10, 3), true);
    key(store, "a").setTimer(timer("2", window(0), PROCESSING_TIME, 10, 3), true);
    key(store, "a").setTimer(timer("3", window(1), EVENT_TIME, 10, 5), true);
    set("b", "4", EVENT_TIME, 10);
    key(store, "a").in(window(0)).deleteTimers();
    assertThat(store.minHold(), is(5L));
    assertThat(poll(EVENT_TIME, 100), contains("a3", "b4"));
    assertThat(poll(PROCESSING_TIME, 100), is(List.of()));
  }

  @Test
  void settingATimerThatIsMarkedAsDeletedDeletes() {
    set("a", "1", EVENT_TIME, 10);
    key(store, "a").setTimer(timer("1", window(0), EVENT_TIME, 10).deleted(), true);
    assertThat(store.isEmpty(), is(true));
  }

  @Test
  void timersSetWhileFiringJoinTheQueue() {
    set("a", "1", EVENT_TIME, 10);
    set("a", "3", EVENT_TIME, 30);
    FiredTimer first = store.pollTimer(EVENT_TIME, 100);
    first.key().setTimer(timer("2", window(0), EVENT_TIME, 20), false);
    first.key().setTimer(timer("0", window(0), EVENT_TIME, 5), false);
    assertThat(poll(EVENT_TIME, 100), contains("a0", "a2", "a3"));
  }

  @Test
  void manyTimersOfOneKeyKeepTheirIdentity() {
    for (int i = 0; i < 100; i++) {
      set("a", "" + i, EVENT_TIME, 1_000 - i);
    }
    for (int i = 0; i < 100; i += 2) {
      key(store, "a").deleteTimer(window(0), "" + i, "family", EVENT_TIME);
    }
    for (int i = 1; i < 100; i += 2) {
      set("a", "" + i, EVENT_TIME, i);
    }
    List<String> fired = poll(EVENT_TIME, 1_000);
    assertThat(fired.size(), is(50));
    assertThat(fired.get(0), is("a1"));
    assertThat(fired.get(49), is("a99"));
  }

  @Test
  void manyTimersAreDeletedByTheirNamespace() {
    for (int window = 0; window < 30; window++) {
      for (int id = 0; id < 30; id++) {
        TimeDomain domain = id % 2 == 0 ? EVENT_TIME : PROCESSING_TIME;
        key(store, "a").setTimer(timer("" + id, window(window), domain, 1_000 + window), true);
      }
    }
    for (int window = 0; window < 29; window++) {
      key(store, "a").in(window(window)).deleteTimers();
      assertThat(store.nextTimer(EVENT_TIME), is(1_001L + window));
      assertThat(store.nextTimer(PROCESSING_TIME), is(1_001L + window));
    }
    assertThat(poll(EVENT_TIME, 2_000).size(), is(15));
    assertThat(key(store, "a").hasTimers(EVENT_TIME), is(false));
    assertThat(key(store, "a").hasTimers(PROCESSING_TIME), is(true));
    key(store, "a").in(window(29)).deleteTimers();
    assertThat(store.isEmpty(), is(true));
  }

  /** A walk over all timers of the key for each window would take hours. */
  @Test
  @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
  void aKeyMayHaveManyWindows() {
    int windows = 300_000;
    for (int window = 0; window < windows; window++) {
      key(store, "a").setTimer(timer("1", window(window), EVENT_TIME, window, window), true);
      key(store, "a").setTimer(timer("2", window(window), PROCESSING_TIME, 0, window), true);
    }
    for (int window = windows - 1; window >= 0; window--) {
      key(store, "a").in(window(window)).deleteTimers();
    }
    assertThat(store.minHold(), is(EventTime.MAX));
    assertThat(store.isEmpty(), is(true));
  }

  /** So would one over all timers of the window for each of them, or a shift of all holds. */
  @Test
  @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
  void aWindowMayHaveManyTimers() {
    int timers = 300_000;
    for (int id = 0; id < timers; id++) {
      key(store, "a").setTimer(timer("" + id, window(0), EVENT_TIME, timers - id, id), true);
    }
    for (int id = 0; id < timers; id++) {
      key(store, "a").deleteTimer(window(0), "" + id, "family", EVENT_TIME);
    }
    assertThat(store.isEmpty(), is(true));
  }

  @Test
  void aTimerHoldsAtItsOutputTimestampUntilItFires() {
    key(store, "a").setTimer(timer("1", window(0), PROCESSING_TIME, 10, 3), true);
    key(store, "b").setTimer(timer("1", window(0), EVENT_TIME, 10, 5), true);
    key(store, "b").setTimer(timer("2", window(0), EVENT_TIME, 10, 1), false);
    assertThat(store.minHold(), is(3L));
    assertThat(key(store, "b").minHold(), is(5L));
    assertThat(poll(PROCESSING_TIME, 11), contains("a1"));
    assertThat(store.minHold(), is(5L));
    key(store, "b").setTimer(timer("1", window(0), EVENT_TIME, 10, 7), true);
    assertThat(store.minHold(), is(7L));
    key(store, "b").setTimer(timer("1", window(0), EVENT_TIME, 10, 7), false);
    assertThat(store.minHold(), is(EventTime.MAX));
    key(store, "b").setTimer(timer("1", window(0), EVENT_TIME, 10, 8), true);
    key(store, "b").deleteTimer(window(0), "1", "family", EVENT_TIME);
    assertThat(store.minHold(), is(EventTime.MAX));
    assertThat(key(store, "b").minHold(), is(EventTime.MAX));
  }

  @Test
  @SuppressWarnings("deprecation")
  void timerInternalsServeOneKeyAfterTheOther() {
    Times times = new Times();
    KeyedTimerInternals timers = new KeyedTimerInternals(times, timer -> true);
    timers.forKey(key(store, "a"));
    timers.setTimer(
        window(0), "1", "family", Instant.ofEpochMilli(10), Instant.ofEpochMilli(4), EVENT_TIME);
    timers.forKey(key(store, "b"));
    assertThat(timers.currentOutputWatermarkTime(), is(Instant.ofEpochMilli(8)));
    assertThat(timers.currentInputWatermarkTime(), is(Instant.ofEpochMilli(9)));
    assertThat(timers.currentProcessingTime(), is(Instant.ofEpochMilli(100)));
    assertThat(timers.currentSynchronizedProcessingTime(), is(Instant.ofEpochMilli(99)));
    timers.setTimer(timer("1", window(0), EVENT_TIME, 20));
    timers.setTimer(timer("1", window(0), PROCESSING_TIME, 20));
    timers.deleteTimer(window(0), "1", "family");
    assertThat(poll(PROCESSING_TIME, 100), is(List.of()));
    assertThat(poll(EVENT_TIME, 100), contains("a1"));
  }

  @Test
  void theOutputWatermarkStandsStillForTheLengthOfACall() {
    KeyedTimerInternals timers = new KeyedTimerInternals(new Times(), timer -> true);
    timers.forKey(key(store, "a"));
    timers.setTimer(
        window(0), "1", "family", Instant.ofEpochMilli(10), Instant.ofEpochMilli(4), EVENT_TIME);
    assertThat(timers.currentOutputWatermarkTime(), is(Instant.ofEpochMilli(8)));
    timers.forKey(key(store, "a"));
    timers.deleteTimer(window(0), "1", "family", EVENT_TIME);
    assertThat(timers.currentOutputWatermarkTime(), is(Instant.ofEpochMilli(4)));
  }

  @Test
  void timersThatFireHaveHeldTheOutputWatermarkUntilNow() {
    KeyedTimerInternals timers = new KeyedTimerInternals(new Times(), timer -> false);
    KeyedState key = key(store, "a");
    assertThat(
        timers.forKey(key, EventTime.MAX).currentOutputWatermarkTime(),
        is(Instant.ofEpochMilli(9)));
    assertThat(timers.forKey(key, 8).currentOutputWatermarkTime(), is(Instant.ofEpochMilli(8)));
    assertThat(timers.forKey(key, 5).currentOutputWatermarkTime(), is(Instant.ofEpochMilli(8)));
  }

  /** Times that stand still. */
  private static final class Times implements TimeContext {
    @Override
    public long inputWatermark() {
      return 9;
    }

    @Override
    public long settledWatermark() {
      return 8;
    }

    @Override
    public long processingTime() {
      return 100;
    }

    @Override
    public long synchronizedProcessingTime() {
      return 99;
    }

    @Override
    public boolean isDraining() {
      return false;
    }
  }
}
