package dev.microbatch.executor.state;

import java.io.IOException;

/** What was captured of one key in one window. */
final class FrozenGroup extends FrozenChanges {

  private final Object comparable;
  private final Object key;
  private final int keyGroup;
  private final GroupLabel label;

  FrozenGroup(Object comparable, Object key, int keyGroup, GroupLabel label, Capture capture) {
    super(capture);
    this.comparable = comparable;
    this.key = key;
    this.keyGroup = keyGroup;
    this.label = label;
  }

  Object comparable() {
    return comparable;
  }

  Object key() {
    return key;
  }

  int keyGroup() {
    return keyGroup;
  }

  @Override
  String describe() {
    return "what was grouped for a key in its windows";
  }

  /**
   * Writes its entries.
   *
   * @throws IOException if the sink throws it
   */
  void write(byte[] encodedKey, EntrySink sink) throws IOException {
    write(change -> sink.accept(GroupEntry.of(keyGroup, encodedKey, label, change)));
  }
}
