package dev.microbatch.executor.block;

import java.nio.charset.StandardCharsets;

/**
 * The specified hash of a key, byte by byte: {@link #START}, {@link #step} for each byte, {@link
 * #finish}. See {@link KeyCodec} for what it is and why it must not change.
 */
final class KeyHash {

  /** The hash of nothing yet: the offset basis of FNV-1a. */
  static final long START = 0xcbf29ce484222325L;

  private static final long PRIME = 0x100000001b3L;

  private KeyHash() {}

  /** Takes in a byte, the lowest of {@code b}. */
  static long step(long h, int b) {
    return (h ^ (b & 0xff)) * PRIME;
  }

  static int finish(long hash) {
    long h = hash;
    h ^= h >>> 33;
    h *= 0xff51afd7ed558ccdL;
    h ^= h >>> 33;
    h *= 0xc4ceb9fe1a85ec53L;
    h ^= h >>> 33;
    return (int) (h >>> 32);
  }

  static long bytes(long hash, byte[] bytes) {
    long h = hash;
    for (byte b : bytes) {
      h = step(h, b);
    }
    return h;
  }

  /** Takes in the lowest bytes of a number, the highest of them first. */
  static long bigEndian(long hash, long value, int bytes) {
    long h = hash;
    for (int shift = (bytes - 1) * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      h = step(h, (int) (value >>> shift));
    }
    return h;
  }

  static long varint(long hash, long value) {
    long h = hash;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      h = step(h, (int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return step(h, (int) rest);
  }

  /** Takes in the UTF-8 of a string, without its length. */
  static long utf8(long hash, String value) {
    long h = hash;
    int length = value.length();
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c >= 0x80) {
        return bytes(hash, value.getBytes(StandardCharsets.UTF_8));
      }
      h = step(h, c);
    }
    return h;
  }

  /** Takes in the length of the UTF-8 of a string, and its UTF-8. */
  static long utf8WithLength(long hash, String value) {
    int length = value.length();
    for (int i = 0; i < length; i++) {
      if (value.charAt(i) >= 0x80) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return bytes(varint(hash, bytes.length), bytes);
      }
    }
    return utf8(varint(hash, length), value);
  }
}
