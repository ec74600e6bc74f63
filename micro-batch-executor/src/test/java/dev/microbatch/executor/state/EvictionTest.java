package dev.microbatch.executor.state;

import static dev.microbatch.executor.state.Stores.timer;
import static dev.microbatch.executor.state.Stores.window;
import static org.apache.beam.sdk.state.TimeDomain.EVENT_TIME;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.StateTags;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.ValueState;
import org.junit.jupiter.api.Test;

/** How many keys leave the heap, and how many come back. */
class EvictionTest {
  private static final StateTag<ValueState<Long>> VALUE =
      StateTags.value("value", VarLongCoder.of());

  private final MapColdKeys cold = new MapColdKeys();
  private int surplus;
  private final HeapStateStore store =
      new HeapStateStore(Stores.layout(true), keys -> Math.min(keys, surplus), cold);

  private void write(int keys) {
    for (int i = 0; i < keys; i++) {
      Stores.key(store, "key" + i).stateInternals().state(window(0), VALUE).write((long) i);
    }
  }

  @Test
  void asManyKeysLeaveAsThePolicySays() {
    write(100);
    surplus = 30;
    store.endBatch();
    assertThat(cold.size(), is(30));
    store.endBatch();
    assertThat("others than before", cold.size(), is(60));
  }

  @Test
  void aKeyComesBackAlone() {
    write(100);
    surplus = 100;
    store.endBatch();
    Stores.key(store, "key7").stateInternals().state(window(0), VALUE).write(1L);
    assertThat(cold.size(), is(99));
    Stores.key(store, "none before");
    assertThat(cold.size(), is(99));
  }

  @Test
  void keysWithTimersAtTheSameTimeComeBackOneByOne() {
    for (int i = 9; i >= 0; i--) {
      Stores.key(store, "key" + i).setTimer(timer("t", window(0), EVENT_TIME, 10), false);
    }
    surplus = 10;
    store.endBatch();
    List<Object> fired = new ArrayList<>();
    for (int left = 9; left >= 0; left--) {
      fired.add(store.pollTimer(EVENT_TIME, 11).key().key());
      assertThat(cold.size(), is(left));
    }
    assertThat(
        fired,
        contains("key9", "key8", "key7", "key6", "key5", "key4", "key3", "key2", "key1", "key0"));
  }

  @Test
  void aTimerThatIsNotDueLeavesItsKeyWhereItIs() {
    Stores.key(store, "a").setTimer(timer("t", window(0), EVENT_TIME, 10), true);
    surplus = 1;
    store.endBatch();
    assertThat(store.nextTimer(EVENT_TIME), is(10L));
    assertThat(store.minHold(), is(10L));
    assertThat(store.pollTimer(EVENT_TIME, 10) == null, is(true));
    assertThat(cold.size(), is(1));
  }
}
