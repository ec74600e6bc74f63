package dev.microbatch.executor.state;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What was captured of one key in one window. It is encoded by the thread that writes the commit,
 * unless the operator's own thread is about to mutate it: then that thread encodes it first. The
 * lock keeps it from mutating what is being encoded.
 */
final class FrozenGroup {

  private final Object comparable;
  private final Object key;
  private final byte[] window;
  private final StateEntry.Op op;
  private final Content content;
  private byte @Nullable [] encoded;

  /** Encodes the captured contents. */
  @FunctionalInterface
  interface Content {
    void encode(OutputStream out) throws IOException;
  }

  FrozenGroup(Object comparable, Object key, byte[] window, StateEntry.Op op, Content content) {
    this.comparable = comparable;
    this.key = key;
    this.window = window;
    this.op = op;
    this.content = content;
  }

  Object comparable() {
    return comparable;
  }

  Object key() {
    return key;
  }

  /** Called by the operator's thread. */
  synchronized void encodeNow() {
    if (encoded == null) {
      encoded = encode();
    }
  }

  private byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      content.encode(out);
    } catch (IOException | RuntimeException e) {
      throw new EncodingException("what was grouped for a key in a window", e);
    }
    return out.toByteArray();
  }

  /** The entry that is written. */
  synchronized StateEntry entry(int keyGroup, byte[] encodedKey) {
    return GroupEntry.of(keyGroup, encodedKey, window, op, encoded != null ? encoded : encode());
  }
}
