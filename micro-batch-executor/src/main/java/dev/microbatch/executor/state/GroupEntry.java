package dev.microbatch.executor.state;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * An entry of the kind {@code GROUP}: what has come for a key in windows that fire exactly once.
 *
 * <pre>
 *   key        the key, by its coder in the outer context
 *   namespace  the window or windows
 *   cell       how the namespace says them, as {@link GroupLabel}
 *   value      of values that are gathered: their number as a varint, then each by its coder; PUT
 *              replaces those before, APPEND comes behind them, as {@link Changes}
 *              of values that are combined: the accumulator by its coder, always PUT
 * </pre>
 *
 * <p>{@code CLEAR} without a key and a value, of one window, says that the window has fired, for
 * all keys: groups of that window are gone, and those that it shares with others are its no more,
 * under the same namespace. Of several windows it says that the groups that they share are gone.
 */
final class GroupEntry {

  private static final byte[] NOTHING = {};

  private GroupEntry() {}

  /** The entry that stores something of a group. */
  static StateEntry of(int keyGroup, byte[] key, GroupLabel label, Change change) {
    return new StateEntry(
        keyGroup,
        key,
        StateEntry.Kind.GROUP,
        label.namespace(),
        label.cell(),
        change.op(),
        change.value());
  }

  /** The entry that says that a window has fired, or that what windows share is gone. */
  static StateEntry gone(GroupLabel windows) {
    return of(StateEntry.NO_KEY_GROUP, NOTHING, windows, Change.CLEAR);
  }

  /** The windows of an entry. */
  static List<BoundedWindow> windows(StateEntry entry, Coder<BoundedWindow> coder)
      throws MalformedEntryException {
    EntryReader.check(entry, StateEntry.Kind.GROUP);
    if (entry.cell().isEmpty()) {
      return List.of(EntryReader.decode(entry.kind(), coder, entry.namespace(), "window"));
    }
    EntryReader in = new EntryReader(entry.kind(), entry.namespace());
    switch (entry.cell()) {
      case GroupLabel.LISTED -> {
        List<BoundedWindow> windows = new ArrayList<>();
        in.readEach(coder, "windows", windows::add);
        in.end();
        return windows;
      }
      case GroupLabel.SPACED -> {
        long count = in.readVarLong("number of windows");
        BoundedWindow first = in.read(coder, "first window");
        BoundedWindow second = in.read(coder, "second window");
        in.end();
        return GroupLabel.spaced(count, first, second)
            .orElseThrow(
                () -> in.malformed("it has " + count + " windows from " + first + ", " + second));
      }
      default -> throw in.malformed("its cell is '" + entry.cell() + "'");
    }
  }

  /** Whether an entry says that its window has fired, or that what its windows share is gone. */
  static boolean isGone(StateEntry entry) {
    return entry.op() == StateEntry.Op.CLEAR;
  }

  /** The key of an entry that stores something. */
  static Object key(StateEntry entry, Coder<Object> coder) throws MalformedEntryException {
    return EntryReader.decode(entry.kind(), coder, entry.key(), "key");
  }

  /** The values of an entry. */
  static void values(StateEntry entry, Coder<Object> coder, Consumer<Object> to)
      throws MalformedEntryException {
    EntryReader in = EntryReader.of(entry, StateEntry.Kind.GROUP);
    if (entry.op() == StateEntry.Op.DELETE) {
      throw in.malformed("of a group, values are put or appended, and this is " + entry.op());
    }
    in.readEach(coder, "values", to);
    in.end();
  }

  /** The accumulator of an entry. */
  static Object accumulator(StateEntry entry, Coder<Object> coder) throws MalformedEntryException {
    EntryReader in = EntryReader.of(entry, StateEntry.Kind.GROUP);
    if (entry.op() != StateEntry.Op.PUT) {
      throw in.malformed("an accumulator is put, and this is " + entry.op());
    }
    return in.read(coder, "accumulator");
  }
}
