package dev.microbatch.executor.state;

import java.io.IOException;

/** What was captured of one key in one window. */
final class FrozenGroup extends FrozenChanges {

  private final Object comparable;
  private final Object key;
  private final byte[] window;

  FrozenGroup(Object comparable, Object key, byte[] window, Capture capture) {
    super(capture);
    this.comparable = comparable;
    this.key = key;
    this.window = window;
  }

  Object comparable() {
    return comparable;
  }

  Object key() {
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
  void write(int keyGroup, byte[] encodedKey, EntrySink sink) throws IOException {
    write(change -> sink.accept(GroupEntry.of(keyGroup, encodedKey, window, change)));
  }
}
