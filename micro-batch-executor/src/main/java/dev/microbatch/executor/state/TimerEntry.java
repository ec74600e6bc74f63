package dev.microbatch.executor.state;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.VarInt;

/**
 * The value of an entry of the kind {@code TIMER}: {@code PUT} sets the timer, {@code DELETE}
 * deletes the one of the same identity, that is id, family, namespace and domain. Namespace and
 * cell of the entry are empty.
 *
 * <pre>
 *   flags      1 byte: 1 = holds the watermark, 2 = caused by a drain
 *   sequence   varint, the order of setting among timers of one timestamp
 *   id         varint with the length, UTF-8
 *   family     varint with the length, UTF-8
 *   namespace  varint with the length, string form of the namespace in UTF-8
 *   timestamp  8 bytes, milliseconds, the highest bit inverted, big-endian
 *   output     8 bytes, in the same way: the output timestamp
 *   domain     varint with the length, name of the time domain in UTF-8
 * </pre>
 *
 * <p>It is read without the coders of the pipeline.
 *
 * @param holds whether the watermark is held at the output timestamp
 * @param byDrain whether a drain has caused it
 * @param sequence the order of setting
 * @param id the timer's id
 * @param family the timer's family
 * @param namespace the string form of its namespace
 * @param timestamp when it fires, in milliseconds
 * @param output what it outputs with, in milliseconds
 * @param domain its time domain
 */
public record TimerEntry(
    boolean holds,
    boolean byDrain,
    long sequence,
    String id,
    String family,
    String namespace,
    long timestamp,
    long output,
    TimeDomain domain) {

  private static final int HOLDS = 1;
  private static final int BY_DRAIN = 2;

  /** What tells timers of a key apart. */
  public record Identity(String id, String family, String namespace, TimeDomain domain) {}

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte((holds ? HOLDS : 0) | (byDrain ? BY_DRAIN : 0));
      VarInt.encode(sequence, out);
      writeString(id, out);
      writeString(family, out);
      writeString(namespace, out);
      out.writeLong(timestamp ^ Long.MIN_VALUE);
      out.writeLong(output ^ Long.MIN_VALUE);
      writeString(domain.name(), out);
    } catch (IOException e) {
      throw new IllegalStateException("memory takes everything", e);
    }
    return bytes.toByteArray();
  }

  private static void writeString(String value, DataOutputStream out) throws IOException {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    VarInt.encode(utf8.length, out);
    out.write(utf8);
  }

  /**
   * Reads an entry.
   *
   * @throws MalformedEntryException if it is something else
   */
  public static TimerEntry parse(StateEntry entry) throws MalformedEntryException {
    EntryReader in = EntryReader.of(entry, StateEntry.Kind.TIMER);
    if (entry.op() != StateEntry.Op.PUT && entry.op() != StateEntry.Op.DELETE) {
      throw in.malformed("a timer is put or deleted, and this is " + entry.op());
    }
    int flags = in.readByte("flags");
    TimerEntry timer =
        new TimerEntry(
            (flags & HOLDS) != 0,
            (flags & BY_DRAIN) != 0,
            in.readVarLong("order of setting"),
            in.readString("id"),
            in.readString("family"),
            in.readString("namespace"),
            in.readLong("timestamp") ^ Long.MIN_VALUE,
            in.readLong("output timestamp") ^ Long.MIN_VALUE,
            domain(in));
    in.end();
    return timer;
  }

  private static TimeDomain domain(EntryReader in) throws MalformedEntryException {
    String name = in.readString("time domain");
    for (TimeDomain domain : TimeDomain.values()) {
      if (domain.name().equals(name)) {
        return domain;
      }
    }
    throw in.malformed("there is no time domain '" + name + "'");
  }

  /** What tells it from the other timers of its key. */
  public Identity identity() {
    return new Identity(id, family, namespace, domain);
  }

  /** Whether it has the identity of a timer, in whatever namespace. */
  boolean is(TimerId timer) {
    return id.equals(timer.id()) && family.equals(timer.family()) && domain == timer.domain();
  }

  /**
   * The namespace that it was set in.
   *
   * @param windowCoder the windows of its stage
   * @throws MalformedEntryException if it cannot be decoded
   */
  StateNamespace namespace(Coder<? extends BoundedWindow> windowCoder)
      throws MalformedEntryException {
    return CellEntry.namespace(StateEntry.Kind.TIMER, namespace, windowCoder);
  }
}
