package dev.microbatch.executor.block;

import java.util.Arrays;

/** The bytes of a key, compared as such. */
final class EncodedKey {

  /** The key without bytes. */
  static final EncodedKey EMPTY = new EncodedKey(new byte[0]);

  private final byte[] bytes;
  private final int hash;

  EncodedKey(byte[] bytes) {
    this.bytes = bytes;
    this.hash = KeyCodec.hashBytes(bytes);
  }

  byte[] bytes() {
    return bytes;
  }

  /** The specified hash of the bytes. */
  int hash() {
    return hash;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof EncodedKey that
            && hash == that.hash
            && Arrays.equals(bytes, that.bytes));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return "EncodedKey[" + bytes.length + " bytes]";
  }
}
