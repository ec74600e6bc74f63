package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateNamespaces;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.joda.time.Instant;

/** Stores with string keys for tests, and what goes into them. */
final class Stores {

  static final int KEY_GROUPS = 16;
  static final KeyGroupRange ALL = new KeyGroupRange(0, KEY_GROUPS);
  static final KeyCodec<String> CODEC = KeyCodec.of(StringUtf8Coder.of());

  private Stores() {}

  static StateStore create() {
    return StateBackend.HEAP.open(layout(true)).store();
  }

  /**
   * String keys and values in interval windows, of every key group.
   *
   * @param tracked whether changes are tracked
   */
  static StateLayout layout(boolean tracked) {
    return layout(CODEC, tracked, ALL);
  }

  @SuppressWarnings("unchecked") // The keys are those of the codec.
  static StateLayout layout(KeyCodec<?> codec, boolean tracked, KeyGroupRange range) {
    Coder<?> windows = IntervalWindow.getCoder();
    Coder<?> values = StringUtf8Coder.of();
    return new StateLayout(
        (KeyCodec<Object>) codec,
        (Coder<BoundedWindow>) windows,
        (Coder<Object>) values,
        KEY_GROUPS,
        0,
        range,
        tracked);
  }

  static KeyedState key(StateStore store, String key) {
    return store.key(CODEC.comparable(key), key, CODEC.hash(key));
  }

  /** The namespace of the window from {@code start} to {@code start + 10}. */
  static StateNamespace window(long start) {
    return StateNamespaces.window(
        IntervalWindow.getCoder(),
        new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(start + 10)));
  }

  static TimerData timer(String id, StateNamespace namespace, TimeDomain domain, long timestamp) {
    return timer(id, namespace, domain, timestamp, timestamp);
  }

  static TimerData timer(
      String id, StateNamespace namespace, TimeDomain domain, long timestamp, long output) {
    return TimerData.of(
        id,
        "family",
        namespace,
        Instant.ofEpochMilli(timestamp),
        Instant.ofEpochMilli(output),
        domain);
  }

  static List<StateEntry> entries(StateSnapshot snapshot) throws IOException {
    List<StateEntry> entries = new ArrayList<>();
    snapshot.writeTo(entries::add);
    return entries;
  }

  static StateStore restored(List<StateEntry> entries) {
    StateStore store = create();
    restore(store, 0, entries, ALL);
    return store;
  }

  static void restore(
      StateStore store, long commit, Iterable<StateEntry> entries, KeyGroupRange range) {
    EntrySink sink = store.restoring(range);
    try {
      for (StateEntry entry : entries) {
        sink.accept(entry);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    store.restored(commit);
  }
}
