package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.io.IOException;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What was captured of {@link HeapGroupTables}: windows that have fired, and groups. */
final class FrozenTables implements FrozenPart {

  private final StateLayout layout;
  private final List<GroupLabel> gone;
  private volatile @Nullable List<FrozenGroup> groups;

  FrozenTables(StateLayout layout, List<FrozenGroup> groups, List<GroupLabel> gone) {
    this.layout = layout;
    this.groups = groups;
    this.gone = gone;
  }

  @Override
  public boolean isEmpty() {
    List<FrozenGroup> all = groups;
    return gone.isEmpty() && (all == null || all.isEmpty());
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
    for (int i : byKeyGroup(keyGroups)) {
      FrozenGroup group = all.get(i);
      group.write(encode(codec, group), sink);
    }
  }

  private static byte[] encode(KeyCodec<Object> codec, FrozenGroup group) {
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
    groups = null;
  }
}
