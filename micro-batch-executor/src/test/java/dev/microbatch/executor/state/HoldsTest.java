package dev.microbatch.executor.state;

import static dev.microbatch.executor.state.Stores.key;
import static dev.microbatch.executor.state.Stores.window;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import dev.microbatch.executor.time.EventTime;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.StateTags;
import org.apache.beam.sdk.state.WatermarkHoldState;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** Watermark holds in cells. */
class HoldsTest {
  private static final StateTag<WatermarkHoldState> EARLIEST =
      StateTags.watermarkStateInternal("earliest", TimestampCombiner.EARLIEST);
  private static final StateTag<WatermarkHoldState> LATEST =
      StateTags.watermarkStateInternal("latest", TimestampCombiner.LATEST);
  private static final StateTag<WatermarkHoldState> END_OF_WINDOW =
      StateTags.watermarkStateInternal("end", TimestampCombiner.END_OF_WINDOW);

  private final StateStore store = Stores.create();

  private WatermarkHoldState hold(String key, long window, StateTag<WatermarkHoldState> tag) {
    return key(store, key).stateInternals().state(window(window), tag);
  }

  @Test
  void nothingIsHeldAtFirst() {
    assertThat(store.minHold(), is(EventTime.MAX));
    assertThat(hold("a", 0, EARLIEST).read(), nullValue());
    assertThat(key(store, "a").minHold(), is(EventTime.MAX));
  }

  @Test
  void holdsAreCombined() {
    WatermarkHoldState earliest = hold("a", 0, EARLIEST);
    earliest.add(Instant.ofEpochMilli(10));
    earliest.add(Instant.ofEpochMilli(20));
    assertThat(store.minHold(), is(10L));
    earliest.add(Instant.ofEpochMilli(5));
    assertThat(store.minHold(), is(5L));
    earliest.clear();
    WatermarkHoldState latest = hold("a", 0, LATEST);
    latest.add(Instant.ofEpochMilli(10));
    latest.add(Instant.ofEpochMilli(20));
    latest.add(Instant.ofEpochMilli(15));
    assertThat(store.minHold(), is(20L));
    WatermarkHoldState end = hold("b", 0, END_OF_WINDOW);
    end.add(Instant.ofEpochMilli(9));
    end.add(Instant.ofEpochMilli(9));
    assertThat(end.read(), is(Instant.ofEpochMilli(9)));
    assertThat(end.getTimestampCombiner(), is(TimestampCombiner.END_OF_WINDOW));
    assertThat(store.minHold(), is(9L));
  }

  @Test
  void theEarliestOfManyIsFound() {
    for (int i = 0; i < 50; i++) {
      hold("a", i, EARLIEST).add(Instant.ofEpochMilli(1_000 + (i * 37) % 50));
      hold("b", i, EARLIEST).add(Instant.ofEpochMilli(2_000 + i));
    }
    for (int i = 0; i < 50; i++) {
      assertThat(store.minHold(), is(1_000L + i));
      assertThat(key(store, "a").minHold(), is(1_000L + i));
      assertThat(key(store, "b").minHold(), is(2_000L));
      for (int window = 0; window < 50; window++) {
        if ((window * 37) % 50 == i) {
          hold("a", window, EARLIEST).clear();
        }
      }
    }
    assertThat(store.minHold(), is(2_000L));
  }

  @Test
  void equalHoldsAreCounted() {
    hold("a", 0, EARLIEST).add(Instant.ofEpochMilli(1));
    hold("a", 1, EARLIEST).add(Instant.ofEpochMilli(1));
    hold("a", 0, EARLIEST).clear();
    assertThat(key(store, "a").minHold(), is(1L));
    assertThat(store.minHold(), is(1L));
    hold("a", 1, EARLIEST).clear();
    assertThat(store.isEmpty(), is(true));
  }
}
