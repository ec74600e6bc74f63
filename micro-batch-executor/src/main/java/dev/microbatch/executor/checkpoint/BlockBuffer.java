package dev.microbatch.executor.checkpoint;

import java.util.Arrays;

/** Bytes that are put together. */
final class BlockBuffer {

  private byte[] bytes;
  private int size;

  BlockBuffer(int capacity) {
    bytes = new byte[capacity];
  }

  /** What has been put, up to {@link #size}. Good until the next put. */
  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  /** Forgets everything behind a position. */
  void truncate(int to) {
    size = to;
  }

  void putByte(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
  }

  /** Four bytes, big-endian. */
  void putInt(int at, int value) {
    bytes[at] = (byte) (value >>> 24);
    bytes[at + 1] = (byte) (value >>> 16);
    bytes[at + 2] = (byte) (value >>> 8);
    bytes[at + 3] = (byte) value;
  }

  /** Seven bits a byte, the lowest first, the highest bit set in all but the last. */
  void putVarInt(int value) {
    reserve(5);
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  /** The length as {@link #putVarInt}, then the bytes. */
  void putBytes(byte[] value) {
    putVarInt(value.length);
    put(value, 0, value.length);
  }

  void put(byte[] value, int offset, int length) {
    reserve(length);
    System.arraycopy(value, offset, bytes, size, length);
    size += length;
  }

  private void reserve(int count) {
    int needed = Math.addExact(size, count);
    if (needed > bytes.length) {
      int doubled = (int) Math.min(2L * bytes.length, Integer.MAX_VALUE - 8);
      bytes = Arrays.copyOf(bytes, Math.max(needed, doubled));
    }
  }
}
