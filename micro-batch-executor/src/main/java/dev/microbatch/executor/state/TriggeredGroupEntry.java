package dev.microbatch.executor.state;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.util.VarInt;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * An entry of the kind {@code TRIGGERED_GROUP}: what has come for a key in a window that may fire
 * more than once, or may merge, and all that is remembered of it. One entry in place of a dozen
 * cells, a hold and timers.
 *
 * <pre>
 *   key        the key, by its coder in the outer context
 *   namespace  the windows that share the group, so far always one: their number as a varint, then
 *              each by its coder
 *   cell       empty
 *   value      flags      1 byte: 1 = has a hold, 2 = has fired, 4 = the hold is for its expiry,
 *                         8 = is to be looked at when the watermark is behind the window
 *              hold       8 bytes, milliseconds, big-endian, if it has one
 *              pane       if it has fired, of its last pane: index as a varint, index among those
 *                         that are not early as a varint, timing in 1 byte: 0 = early, 1 = on time,
 *                         2 = late, 3 = unknown
 *              additions  varint, how many elements have come since its last pane, up to 2^30
 *              trigger    varint with the length, what the trigger remembers ({@link
 *                         TriggerMemory})
 *              content    varint with the number, then each value, or the accumulator if there is
 *                         one, by its coder
 * </pre>
 *
 * <p>{@code PUT} replaces the group. {@code APPEND} adds its content behind that which is there and
 * replaces all else; so a group with a large content is written as a {@code PUT} and several {@code
 * APPEND}s. {@code CLEAR} has no value: the group is gone.
 */
final class TriggeredGroupEntry {

  private static final byte[] NOTHING = {};
  private static final int HAS_HOLD = 1;
  private static final int HAS_FIRED = 2;
  private static final int HOLD_IS_FOR_EXPIRY = 4;
  private static final int WAKES_AT_END = 8;
  private static final int ALL_FLAGS = HAS_HOLD | HAS_FIRED | HOLD_IS_FOR_EXPIRY | WAKES_AT_END;

  /** In the order of their codes. */
  private static final List<PaneInfo.Timing> TIMINGS =
      List.of(
          PaneInfo.Timing.EARLY,
          PaneInfo.Timing.ON_TIME,
          PaneInfo.Timing.LATE,
          PaneInfo.Timing.UNKNOWN);

  private TriggeredGroupEntry() {}

  /** The namespace of a window. */
  static byte[] namespace(BoundedWindow window, Coder<BoundedWindow> coder) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(16);
    VarInt.encode(1, out);
    coder.encode(window, out);
    return out.toByteArray();
  }

  /** All that is stored of a group but its content: the front of its entries. */
  static byte[] header(TriggeredGroup group) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(24);
    DataOutputStream out = new DataOutputStream(bytes);
    LastPane pane = group.lastPane();
    try {
      out.writeByte(flags(group));
      if (group.isHeld()) {
        out.writeLong(group.hold());
      }
      if (pane != null) {
        VarInt.encode(pane.index(), out);
        VarInt.encode(pane.nonSpeculativeIndex(), out);
        out.writeByte(TIMINGS.indexOf(pane.timing()));
      }
      VarInt.encode(group.additions(), out);
      byte[] trigger = group.memory() == null ? NOTHING : group.memory().encode();
      VarInt.encode(trigger.length, out);
      out.write(trigger);
    } catch (IOException e) {
      throw new AssertionError("an array takes all bytes", e);
    }
    return bytes.toByteArray();
  }

  private static int flags(TriggeredGroup group) {
    return (group.isHeld() ? HAS_HOLD : 0)
        | (group.lastPane() != null ? HAS_FIRED : 0)
        | (group.isHeldForExpiry() ? HOLD_IS_FOR_EXPIRY : 0)
        | (group.wakesAtEnd() ? WAKES_AT_END : 0);
  }

  /**
   * An entry that stores something of a group.
   *
   * @param header what {@link #header} gave
   * @param content its number and values
   */
  static StateEntry of(int keyGroup, byte[] key, byte[] namespace, byte[] header, Change content) {
    byte[] value = new byte[header.length + content.value().length];
    System.arraycopy(header, 0, value, 0, header.length);
    System.arraycopy(content.value(), 0, value, header.length, content.value().length);
    return new StateEntry(
        keyGroup, key, StateEntry.Kind.TRIGGERED_GROUP, namespace, "", content.op(), value);
  }

  /** Whether an entry says that its group is gone. */
  static boolean isGone(StateEntry entry) {
    return entry.op() == StateEntry.Op.CLEAR;
  }

  /** The window of an entry. */
  static BoundedWindow window(StateEntry entry, Coder<BoundedWindow> coder)
      throws MalformedEntryException {
    EntryReader.check(entry, StateEntry.Kind.TRIGGERED_GROUP);
    EntryReader in = new EntryReader(entry.kind(), entry.namespace());
    List<BoundedWindow> windows = new ArrayList<>(1);
    in.readEach(coder, "windows", windows::add);
    in.end();
    if (windows.size() != 1) {
      throw in.malformed("it is about " + windows.size() + " windows instead of one");
    }
    return windows.get(0);
  }

  /** The key of an entry. */
  static Object key(StateEntry entry, Coder<Object> coder) throws MalformedEntryException {
    return EntryReader.decode(entry.kind(), coder, entry.key(), "key");
  }

  /**
   * Reads an entry that stores something of a group, and replaces all but the group's content.
   *
   * @param group the group
   * @param triggerNumbers how many numbers its trigger remembers
   * @param coder the coder of its values, or of its accumulator
   * @return the content of the entry
   * @throws MalformedEntryException if it is something else
   */
  static List<Object> read(
      StateEntry entry, TriggeredGroup group, int triggerNumbers, Coder<Object> coder)
      throws MalformedEntryException {
    EntryReader in = EntryReader.of(entry, StateEntry.Kind.TRIGGERED_GROUP);
    if (entry.op() != StateEntry.Op.PUT && entry.op() != StateEntry.Op.APPEND) {
      throw in.malformed("a group is put or appended to, and this is " + entry.op());
    }
    int flags = in.readByte("flags");
    if ((flags & ~ALL_FLAGS) != 0) {
      throw in.malformed("its flags are " + flags);
    }
    group.release();
    if ((flags & HAS_HOLD) != 0) {
      group.holdAt(in.readLong("hold"), (flags & HOLD_IS_FOR_EXPIRY) != 0);
    }
    group.setWakesAtEnd((flags & WAKES_AT_END) != 0);
    group.setLastPane((flags & HAS_FIRED) == 0 ? null : lastPane(in));
    group.clearAdditions();
    group.addAdditions(in.readCount("number of additions"));
    group.setMemory(memory(in, triggerNumbers));
    List<Object> content = new ArrayList<>();
    in.readEach(coder, "values", content::add);
    in.end();
    return content;
  }

  private static @Nullable TriggerMemory memory(EntryReader in, int numbers)
      throws MalformedEntryException {
    byte[] bytes = in.readBytes("memory of the trigger");
    if (numbers == 0 && bytes.length == 0) {
      return null;
    }
    try {
      return TriggerMemory.decode(bytes, numbers);
    } catch (IOException e) {
      throw in.malformed("its memory of the trigger cannot be decoded: " + e);
    }
  }

  private static LastPane lastPane(EntryReader in) throws MalformedEntryException {
    long index = in.readVarLong("index of the last pane");
    long nonSpeculativeIndex = in.readVarLong("index of the last pane that is not early");
    int timing = in.readByte("timing of the last pane");
    if (timing >= TIMINGS.size()) {
      throw in.malformed("its timing of the last pane is " + timing);
    }
    return new LastPane(index, nonSpeculativeIndex, TIMINGS.get(timing));
  }
}
