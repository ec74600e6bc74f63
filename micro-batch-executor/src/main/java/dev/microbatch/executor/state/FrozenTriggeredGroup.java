package dev.microbatch.executor.state;

import java.io.IOException;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/** What was captured of one key in one window: all that is remembered of it, or that it is gone. */
final class FrozenTriggeredGroup extends FrozenChanges {

  private final KeyWindows key;
  private final BoundedWindow window;
  private final byte[] header;

  /**
   * Captures a group.
   *
   * @param header what stands in front of its content
   * @param content its content
   */
  FrozenTriggeredGroup(KeyWindows key, BoundedWindow window, byte[] header, Capture content) {
    super(content);
    this.key = key;
    this.window = window;
    this.header = header;
  }

  /** Captures that a group is gone. */
  static FrozenTriggeredGroup gone(KeyWindows key, BoundedWindow window) {
    return new FrozenTriggeredGroup(key, window, new byte[0], Capture.CLEARED);
  }

  KeyWindows key() {
    return key;
  }

  @Override
  String describe() {
    return "what was grouped for a key in a window";
  }

  /**
   * Writes its entries.
   *
   * @throws IOException if the sink throws it
   */
  void write(int keyGroup, byte[] encodedKey, StateLayout layout, EntrySink sink)
      throws IOException {
    byte[] namespace = namespace(layout);
    write(
        change ->
            sink.accept(TriggeredGroupEntry.of(keyGroup, encodedKey, namespace, header, change)));
  }

  private byte[] namespace(StateLayout layout) {
    try {
      return TriggeredGroupEntry.namespace(window, layout.windowCoder());
    } catch (IOException | RuntimeException e) {
      throw new EncodingException("a window in which is grouped", e);
    }
  }
}
