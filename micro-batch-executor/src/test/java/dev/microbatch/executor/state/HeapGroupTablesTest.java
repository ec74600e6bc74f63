package dev.microbatch.executor.state;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.microbatch.executor.block.KeyCodec;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tables hold on to. */
class HeapGroupTablesTest {

  private static final KeyCodec<String> KEYS = KeyCodec.of(StringUtf8Coder.of());

  /** How many windows a record is in. */
  private static final int OVERLAP = 5;

  private static final int KEY_GROUPS = 8;

  @SuppressWarnings("unchecked") // Windows and values are those of the coders.
  private static GroupTables tables(boolean combined) {
    StateLayout layout =
        new StateLayout(
            (KeyCodec<Object>) (KeyCodec<?>) KEYS,
            (Coder<BoundedWindow>) (Coder<?>) IntervalWindow.getCoder(),
            (Coder<Object>) (Coder<?>) VarLongCoder.of(),
            KEY_GROUPS,
            0,
            new KeyGroupRange(0, KEY_GROUPS),
            false);
    @Nullable CombineFn<?, ?, ?> fn = combined ? Sum.ofLongs() : null;
    return StateBackend.HEAP
        .open(layout)
        .groupTables(
            new GroupContent(
                (Coder<Object>) (Coder<?>) VarLongCoder.of(),
                (CombineFn<Object, Object, Object>) fn,
                false));
  }

  /** The windows that contain a time, each a millisecond behind the one before. */
  private static List<IntervalWindow> windowsOf(long time) {
    List<IntervalWindow> windows = new ArrayList<>();
    for (long start = time; start > time - OVERLAP; start--) {
      windows.add(
          new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(start + OVERLAP)));
    }
    return windows;
  }

  /** Adds a key at each time, and fires what ends. */
  private static WeakReference<Object> run(GroupTables tables, int times) {
    WeakReference<Object> first = null;
    for (int time = 0; time < times; time++) {
      String key = "key " + time;
      if (first == null) {
        first = new WeakReference<>(key);
      }
      tables.create(windowsOf(time), time).add(key, KEYS.hash(key), key, 1L);
      while (tables.anyEndsBefore(time)) {
        tables.removeFirst().emit((fired, value) -> {});
      }
    }
    return first;
  }

  /** A table has windows that have fired, and those had the tables before. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void keysWhoseWindowsHaveFiredAreLetGoOfThoughOtherWindowsOverlap(boolean combined) {
    GroupTables tables = tables(combined);
    WeakReference<Object> first = run(tables, 20 * OVERLAP);
    for (int i = 0; first.get() != null && i < 20; i++) {
      System.gc();
    }
    assertThat(first.get(), nullValue());
    assertThat(tables.removeFirst(), notNullValue()); // it is still there
  }
}
