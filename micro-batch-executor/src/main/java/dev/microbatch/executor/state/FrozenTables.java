package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.io.IOException;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What was captured of {@link HeapGroupTables}: windows that have fired, and groups. */
final class FrozenTables implements FrozenPart {

  private final StateLayout layout;
  private final List<GroupLabel> gone;
  private final List<FrozenRuns> runs;
  private volatile @Nullable List<FrozenGroup> groups;

  FrozenTables(
      StateLayout layout, List<FrozenGroup> groups, List<FrozenRuns> runs, List<GroupLabel> gone) {
    this.layout = layout;
    this.runs = runs;
    this.groups = groups;
    this.gone = gone;
  }

  @Override
  public boolean isEmpty() {
    List<FrozenGroup> all = groups;
    return gone.isEmpty() && runs.isEmpty() && (all == null || all.isEmpty());
  }

  @Override
  public void writeTo(EntrySink sink) throws IOException {
    List<FrozenGroup> all = groups;
    if (all == null) {
      throw new IllegalStateException("what was captured of window tables is closed");
    }
    for (GroupLabel windows : gone) {
      sink.accept(GroupEntry.gone(windows));
    }
    KeyCodec<Object> codec = layout.keyCodec();
    int[] keyGroups = new int[all.size()];
    for (int i = 0; i < keyGroups.length; i++) {
      keyGroups[i] = all.get(i).keyGroup();
    }
    int[] order = byKeyGroup(keyGroups);
    int next = 0;
    int end = runs.isEmpty() ? 0 : layout.range().end();
    for (int keyGroup = layout.range().first(); keyGroup < end; keyGroup++) {
      for (; next < order.length && keyGroups[order[next]] <= keyGroup; next++) {
        FrozenGroup group = all.get(order[next]);
        group.write(encode(codec, group), sink);
      }
      for (FrozenRuns table : runs) {
        table.write(keyGroup, sink);
      }
    }
    for (; next < order.length; next++) {
      FrozenGroup group = all.get(order[next]);
      group.write(encode(codec, group), sink);
    }
  }

  static byte[] encode(KeyCodec<Object> codec, FrozenGroup group) {
    try {
      return codec.encode(group.key(), group.comparable());
    } catch (RuntimeException e) {
      throw new EncodingException("a key that is grouped by", e);
    }
  }

  /** The indices in ascending order of their key groups. */
  private int[] byKeyGroup(int[] keyGroups) {
    int[] next = new int[layout.keyGroups() + 1];
    for (int keyGroup : keyGroups) {
      next[keyGroup + 1]++;
    }
    for (int i = 1; i < next.length; i++) {
      next[i] += next[i - 1];
    }
    int[] order = new int[keyGroups.length];
    for (int i = 0; i < keyGroups.length; i++) {
      order[next[keyGroups[i]]++] = i;
    }
    return order;
  }

  @Override
  public void close() {
    if (groups != null) {
      groups = null;
      runs.forEach(FrozenRuns::close);
    }
  }
}
