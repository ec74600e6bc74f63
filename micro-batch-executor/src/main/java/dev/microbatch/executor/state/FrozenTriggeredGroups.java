package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What was captured of {@link HeapTriggeredGroups}. What is gone comes before what is there, since
 * a window that is gone may have come again.
 */
final class FrozenTriggeredGroups implements FrozenPart {

  private final StateLayout layout;
  private volatile @Nullable List<FrozenTriggeredGroup> groups;

  /**
   * Creates it.
   *
   * @param layout how keys and windows are encoded
   * @param groups what is gone, then what is there; owned by this
   */
  FrozenTriggeredGroups(StateLayout layout, List<FrozenTriggeredGroup> groups) {
    this.layout = layout;
    this.groups = groups;
  }

  @Override
  public boolean isEmpty() {
    List<FrozenTriggeredGroup> all = groups;
    return all == null || all.isEmpty();
  }

  @Override
  public void writeTo(EntrySink sink) throws IOException {
    List<FrozenTriggeredGroup> all = groups;
    if (all == null) {
      throw new IllegalStateException("what was captured of groups is closed");
    }
    all.sort(Comparator.comparingInt(this::keyGroup));
    KeyCodec<Object> codec = layout.keyCodec();
    KeyWindows last = null;
    byte[] encoded = {};
    for (FrozenTriggeredGroup group : all) {
      if (group.key() != last) {
        last = group.key();
        encoded = encode(codec, last);
      }
      group.write(keyGroup(group), encoded, layout, sink);
    }
  }

  private int keyGroup(FrozenTriggeredGroup group) {
    return layout.keyGroup(group.key().hash());
  }

  private static byte[] encode(KeyCodec<Object> codec, KeyWindows key) {
    try {
      return codec.encode(key.key(), key.comparable());
    } catch (RuntimeException e) {
      throw new EncodingException("a key that is grouped by", e);
    }
  }

  @Override
  public void close() {
    groups = null;
  }
}
