package dev.microbatch.executor.state;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.util.VarInt;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * An entry of the kind {@code TRIGGERED_GROUP}: what has come for a key in windows that may fire
 * more than once, or may merge, and all that is remembered of it. One entry in place of a dozen
 * cells, a hold and timers.
 *
 * <pre>
 *   key        the key, by its coder in the outer context
 *   namespace  the windows that share the group, nearly always one: their number as a varint, then
 *              each by its coder
 *   cell       empty
 *   value      flags      1 byte: 1 = has a hold, 2 = has fired
 *              hold       8 bytes, milliseconds, big-endian, if it has one
 *              pane       if it has fired, of its last pane: index as a varint, index among those
 *                         that are not early as a varint, timing in 1 byte: 0 = early, 1 = on time,
 *                         2 = late, 3 = unknown
 *              additions  varint, how many elements have come since its last pane
 *              trigger    varint with the length, what the nodes of the trigger remember
 *              content    varint with the number, then each value, or the accumulator if there is
 *                         one, by its coder
 * </pre>
 *
 * <p>{@code PUT} replaces the group. {@code APPEND} adds its content behind that which is there and
 * replaces all else; so a group with a large content is written as a {@code PUT} and several {@code
 * APPEND}s. {@code CLEAR} has no value: with a key, the group is gone; without one, those of all
 * keys in these windows are.
 *
 * @param hold where it holds the watermark, in milliseconds; null if it does not
 * @param lastPane what fired last; null if nothing has
 * @param additions how many elements have come since
 * @param trigger what the trigger remembers
 * @param content values, or one accumulator
 */
public record TriggeredGroupEntry(
    @Nullable Long hold,
    @Nullable LastPane lastPane,
    long additions,
    byte[] trigger,
    List<Object> content) {

  private static final byte[] NOTHING = {};
  private static final int HAS_HOLD = 1;
  private static final int HAS_FIRED = 2;

  /** In the order of their codes. */
  private static final List<PaneInfo.Timing> TIMINGS =
      List.of(
          PaneInfo.Timing.EARLY,
          PaneInfo.Timing.ON_TIME,
          PaneInfo.Timing.LATE,
          PaneInfo.Timing.UNKNOWN);

  /**
   * What the next pane continues.
   *
   * @param index its index
   * @param nonSpeculativeIndex its index among those that are not early; -1 if it is early
   * @param timing when it fired
   */
  public record LastPane(long index, long nonSpeculativeIndex, PaneInfo.Timing timing) {}

  /** Copies the content. */
  public TriggeredGroupEntry {
    content = Collections.unmodifiableList(new ArrayList<>(content)); // may hold nulls
  }

  /**
   * The namespace of windows that share a group.
   *
   * @throws IOException if the coder throws it
   */
  public static byte[] namespace(List<BoundedWindow> windows, Coder<BoundedWindow> coder)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    VarInt.encode(windows.size(), out);
    for (BoundedWindow window : windows) {
      coder.encode(window, out);
    }
    return out.toByteArray();
  }

  /**
   * The windows of an entry.
   *
   * @throws MalformedEntryException if there are none
   */
  public static List<BoundedWindow> windows(StateEntry entry, Coder<BoundedWindow> coder)
      throws MalformedEntryException {
    EntryReader.check(entry, StateEntry.Kind.TRIGGERED_GROUP);
    EntryReader in = new EntryReader(entry.kind(), entry.namespace());
    List<BoundedWindow> windows = new ArrayList<>(1);
    in.readEach(coder, "windows", windows::add);
    in.end();
    return windows;
  }

  /**
   * The entry that stores this.
   *
   * @param op {@code PUT} or {@code APPEND}
   * @throws IOException if the coder throws it
   */
  public StateEntry entry(
      int keyGroup, byte[] key, byte[] namespace, StateEntry.Op op, Coder<Object> coder)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte((hold == null ? 0 : HAS_HOLD) | (lastPane == null ? 0 : HAS_FIRED));
    if (hold != null) {
      out.writeLong(hold);
    }
    if (lastPane != null) {
      VarInt.encode(lastPane.index(), out);
      VarInt.encode(lastPane.nonSpeculativeIndex(), out);
      out.writeByte(TIMINGS.indexOf(lastPane.timing()));
    }
    VarInt.encode(additions, out);
    VarInt.encode(trigger.length, out);
    out.write(trigger);
    VarInt.encode(content.size(), out);
    for (Object value : content) {
      coder.encode(value, out);
    }
    out.flush();
    return new StateEntry(
        keyGroup, key, StateEntry.Kind.TRIGGERED_GROUP, namespace, "", op, bytes.toByteArray());
  }

  /** The entry that says that a group is gone. */
  public static StateEntry gone(int keyGroup, byte[] key, byte[] namespace) {
    return new StateEntry(
        keyGroup,
        key,
        StateEntry.Kind.TRIGGERED_GROUP,
        namespace,
        "",
        StateEntry.Op.CLEAR,
        NOTHING);
  }

  /** The entry that says that the groups of all keys in some windows are gone. */
  public static StateEntry allGone(byte[] namespace) {
    return gone(StateEntry.NO_KEY_GROUP, NOTHING, namespace);
  }

  /**
   * Reads an entry that stores a group.
   *
   * @param coder the coder of the values, or of the accumulator
   * @throws MalformedEntryException if it is something else
   */
  public static TriggeredGroupEntry parse(StateEntry entry, Coder<Object> coder)
      throws MalformedEntryException {
    EntryReader in = EntryReader.of(entry, StateEntry.Kind.TRIGGERED_GROUP);
    if (entry.op() != StateEntry.Op.PUT && entry.op() != StateEntry.Op.APPEND) {
      throw in.malformed("a group is put or appended to, and this is " + entry.op());
    }
    int flags = in.readByte("flags");
    if ((flags & ~(HAS_HOLD | HAS_FIRED)) != 0) {
      throw in.malformed("its flags are " + flags);
    }
    Long hold = (flags & HAS_HOLD) == 0 ? null : Long.valueOf(in.readLong("hold"));
    LastPane lastPane = (flags & HAS_FIRED) == 0 ? null : lastPane(in);
    long additions = in.readVarLong("number of additions");
    byte[] trigger = in.readBytes("memory of the trigger");
    List<Object> content = new ArrayList<>();
    in.readEach(coder, "values", content::add);
    in.end();
    return new TriggeredGroupEntry(hold, lastPane, additions, trigger, content);
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
