package dev.microbatch.executor.state;

import java.util.function.Consumer;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * An entry of the kind {@code GROUP}: what has come for a key in a window that fires exactly once.
 *
 * <pre>
 *   key        the key, by its coder in the outer context
 *   namespace  the window, by its coder in the outer context
 *   cell       empty
 *   value      of values that are gathered: their number as a varint, then each by its coder; PUT
 *              replaces those before, APPEND comes behind them, as {@link Changes}
 *              of values that are combined: the accumulator by its coder, always PUT
 * </pre>
 *
 * <p>{@code CLEAR} without a key and a value says that the window has fired, for all keys.
 */
final class GroupEntry {

  private static final byte[] NOTHING = {};

  private GroupEntry() {}

  /** The entry that stores something of a group. */
  static StateEntry of(int keyGroup, byte[] key, byte[] window, Change change) {
    return new StateEntry(
        keyGroup, key, StateEntry.Kind.GROUP, window, "", change.op(), change.value());
  }

  /** The entry that says that a window has fired. */
  static StateEntry fired(byte[] window) {
    return of(StateEntry.NO_KEY_GROUP, NOTHING, window, Change.CLEAR);
  }

  /** The window of an entry. */
  static BoundedWindow window(StateEntry entry, Coder<BoundedWindow> coder)
      throws MalformedEntryException {
    EntryReader.check(entry, StateEntry.Kind.GROUP);
    return EntryReader.decode(entry.kind(), coder, entry.namespace(), "window");
  }

  /** Whether an entry says that its window has fired. */
  static boolean isFired(StateEntry entry) {
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
