package dev.microbatch.executor.stage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.StateLayout;
import dev.microbatch.executor.state.StateStore;
import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Nothing that a commit holds is lost without a word. */
class StageRestoreTest {

  private static final int KEY_GROUPS = 8;
  private static final byte[] NOTHING = {};

  /** A commit with one entry. */
  private record OneEntry(StateEntry entry, int parallelism) implements RestoredStages {
    @Override
    public long commit() {
      return 1;
    }

    @Override
    public void read(String step, int partition, KeyGroupRange range, EntrySink sink)
        throws IOException {
      if (partition == 0) {
        sink.accept(entry);
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static StageRestore restore(StateEntry entry, int before) {
    KeyCodec<?> codec = KeyCodec.of(StringUtf8Coder.of());
    Coder<?> windows = GlobalWindow.Coder.INSTANCE;
    Coder<?> values = StringUtf8Coder.of();
    StateLayout layout =
        new StateLayout(
            (KeyCodec<Object>) codec,
            (Coder<BoundedWindow>) windows,
            (Coder<Object>) values,
            KEY_GROUPS,
            0,
            new KeyGroupRange(0, KEY_GROUPS),
            true);
    StateStore store = StateBackend.HEAP.open(layout).store();
    return new StageRestore(
        new OneEntry(entry, before), "Some/Step", 0, 1, layout, store, List.of());
  }

  @ParameterizedTest
  @EnumSource(
      value = StateEntry.Kind.class,
      mode = Mode.EXCLUDE,
      names = {"CELL", "HOLD", "TIMER"})
  void anEntryThatNothingKeepsIsRefusedByItsKind(StateEntry.Kind kind) {
    byte[] split = {'0'};
    StateEntry entry = new StateEntry(0, NOTHING, kind, split, "0", StateEntry.Op.PUT, NOTHING);
    for (int before : List.of(1, 2)) {
      IOException refused = assertThrows(IOException.class, () -> restore(entry, before).run());
      assertThat(refused.getMessage(), containsString(kind.name()));
    }
  }
}
