package dev.microbatch.executor.state;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.util.CoderUtils;

/**
 * Reads the bytes of an entry field by field and never beyond their end, whatever a length in them
 * says. Numbers are big-endian; a varint has seven bits a byte, the lowest first.
 *
 * <p>Not thread-safe.
 */
public final class EntryReader {

  /** Reads a value, and no more. */
  @FunctionalInterface
  interface Decoder<T> {
    T decode(InputStream in) throws IOException;
  }

  private final StateEntry.Kind kind;
  private final byte[] bytes;
  private int position;

  /**
   * Reads any bytes that belong to an entry.
   *
   * @param kind the kind of the entry, for messages
   * @param bytes what to read
   */
  EntryReader(StateEntry.Kind kind, byte[] bytes) {
    this.kind = kind;
    this.bytes = bytes;
  }

  /**
   * Reads the value of an entry.
   *
   * @param entry the entry
   * @param kind the kind that it must have
   * @throws MalformedEntryException if it has another
   */
  public static EntryReader of(StateEntry entry, StateEntry.Kind kind)
      throws MalformedEntryException {
    check(entry, kind);
    return new EntryReader(kind, entry.value());
  }

  /**
   * Checks the kind of an entry.
   *
   * @throws MalformedEntryException if it has another
   */
  static void check(StateEntry entry, StateEntry.Kind kind) throws MalformedEntryException {
    if (entry.kind() != kind) {
      throw new MalformedEntryException(
          entry.kind(), "an entry of the kind " + kind + " belongs here");
    }
  }

  /** How many bytes are left. */
  public int remaining() {
    return bytes.length - position;
  }

  /** A byte, from 0 to 255. */
  public int readByte(String what) throws MalformedEntryException {
    need(1, what);
    return bytes[position++] & 0xff;
  }

  /** A byte that is 0 or 1. */
  public boolean readBoolean(String what) throws MalformedEntryException {
    int value = readByte(what);
    if (value > 1) {
      throw malformed("its " + what + " is " + value + " instead of 0 or 1");
    }
    return value == 1;
  }

  /** Four bytes. */
  public int readInt(String what) throws MalformedEntryException {
    need(Integer.BYTES, what);
    int value = ByteBuffer.wrap(bytes).getInt(position);
    position += Integer.BYTES;
    return value;
  }

  /** Eight bytes. */
  public long readLong(String what) throws MalformedEntryException {
    need(Long.BYTES, what);
    long value = ByteBuffer.wrap(bytes).getLong(position);
    position += Long.BYTES;
    return value;
  }

  /** A varint of up to ten bytes. */
  public long readVarLong(String what) throws MalformedEntryException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = readByte(what);
      value |= (long) (next & 0x7f) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw malformed("its " + what + " has more than 64 bits");
  }

  /** A varint that counts something: from 0 to the largest int. */
  public int readCount(String what) throws MalformedEntryException {
    long count = readVarLong(what);
    if (count < 0 || count > Integer.MAX_VALUE) {
      throw malformed("its " + what + " is " + count);
    }
    return (int) count;
  }

  /** A varint with a length, and so many bytes. */
  public byte[] readBytes(String what) throws MalformedEntryException {
    long length = readVarLong("length of the " + what);
    if (length < 0 || length > remaining()) {
      throw malformed(
          "its "
              + what
              + " has a length of "
              + length
              + " bytes, and "
              + remaining()
              + " are left");
    }
    byte[] value = Arrays.copyOfRange(bytes, position, position + (int) length);
    position += (int) length;
    return value;
  }

  /** As {@link #readBytes}, in UTF-8. */
  public String readString(String what) throws MalformedEntryException {
    return utf8(kind, readBytes(what), what);
  }

  /** All that is left. */
  public byte[] readRest() {
    byte[] value = Arrays.copyOfRange(bytes, position, bytes.length);
    position = bytes.length;
    return value;
  }

  /**
   * What a coder reads, in the nested context.
   *
   * @throws MalformedEntryException if it cannot, or throws anything
   */
  public <T> T read(Coder<T> coder, String what) throws MalformedEntryException {
    return readBy(coder::decode, what, coder);
  }

  /**
   * What a decoder reads, in the nested context.
   *
   * @param by the decoder, for messages
   * @throws MalformedEntryException if it cannot, or throws anything
   */
  <T> T readBy(Decoder<T> decoder, String what, Object by) throws MalformedEntryException {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes, position, remaining());
    T value;
    try {
      value = decoder.decode(in);
    } catch (IOException | RuntimeException e) {
      throw new MalformedEntryException(
          kind, "its " + what + " cannot be decoded by " + by + ": " + e, e);
    }
    position = bytes.length - in.available();
    return value;
  }

  /**
   * Several values by a coder in the nested context: their number as a varint, then each.
   *
   * @throws MalformedEntryException if they cannot be read
   */
  <T> void readEach(Coder<T> coder, String what, Consumer<T> to) throws MalformedEntryException {
    int count = readCount("number of " + what);
    readBy(
        in -> {
          for (int i = 0; i < count; i++) {
            to.accept(coder.decode(in));
          }
          return count;
        },
        what,
        coder);
  }

  /**
   * What a coder reads in the outer context.
   *
   * @throws MalformedEntryException if it cannot, or throws anything
   */
  public static <T> T decode(StateEntry.Kind kind, Coder<T> coder, byte[] bytes, String what)
      throws MalformedEntryException {
    try {
      return CoderUtils.decodeFromByteArray(coder, bytes);
    } catch (IOException | RuntimeException e) {
      throw new MalformedEntryException(
          kind, "its " + what + " cannot be decoded by " + coder + ": " + e, e);
    }
  }

  /**
   * Says that all has been read.
   *
   * @throws MalformedEntryException if something is left
   */
  public void end() throws MalformedEntryException {
    if (remaining() > 0) {
      throw malformed("it has " + remaining() + " bytes too many");
    }
  }

  /** What is thrown for a problem with the entry. */
  public MalformedEntryException malformed(String problem) {
    return new MalformedEntryException(kind, problem);
  }

  private void need(int count, String what) throws MalformedEntryException {
    if (remaining() < count) {
      throw malformed("it ends before its " + what);
    }
  }

  /** Bytes as text. */
  static String utf8(StateEntry.Kind kind, byte[] bytes, String what)
      throws MalformedEntryException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedEntryException(kind, "its " + what + " is not text in UTF-8");
    }
  }

  /** A number that is written in digits. */
  static int index(StateEntry.Kind kind, String digits, String what)
      throws MalformedEntryException {
    long value = number(kind, digits, what);
    if (value > Integer.MAX_VALUE) {
      throw new MalformedEntryException(kind, "'" + digits + "' is not " + what);
    }
    return (int) value;
  }

  /** A number that is written in digits, not negative. */
  static long number(StateEntry.Kind kind, String digits, String what)
      throws MalformedEntryException {
    try {
      long value = Long.parseLong(digits);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new MalformedEntryException(kind, "'" + digits + "' is not " + what);
  }
}
