package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.Values;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.VarInt;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What has come for each key in each window that has not fired: a table of keys per window, and the
 * windows by their ends.
 *
 * <h2>Commits</h2>
 *
 * The first change of a group within a commit lists it as changed. A gathered group contributes the
 * values that are new, a combined one its accumulator, which is encoded by whoever comes first: the
 * thread that writes the commit, or the next change.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class WindowTables implements Checkpointed {

  private final StateForm form;
  private final Coder<Object> contentCoder;
  private final boolean gathers;
  private final KeyCodec<BoundedWindow> windowCodec;

  /** By the comparable form of the window. */
  private final Map<Object, Table> tables = new HashMap<>();

  private final TreeMap<Long, List<Table>> byEnd = new TreeMap<>();
  private List<Group> changed = new ArrayList<>();
  private List<byte[]> fired = new ArrayList<>();

  /** The number of the commit that the changes of now will belong to. */
  private long stamp;

  /** What has come for one window. */
  static final class Table {
    final BoundedWindow window;

    /** The comparable form of the window. */
    final Object comparable;

    final Map<Object, Group> groups = new HashMap<>();
    private final byte @Nullable [] encodedWindow;

    /** Whether the commits so far contain something of it. */
    private boolean stored;

    /** Whether it has fired. */
    private boolean gone;

    private Table(BoundedWindow window, Object comparable, byte @Nullable [] encodedWindow) {
      this.window = window;
      this.comparable = comparable;
      this.encodedWindow = encodedWindow;
    }
  }

  /** What has come for one key. */
  static final class Group {
    final Object key;

    /** A list of values, or an accumulator. */
    Object content;

    private final Object comparable;
    private final Table table;
    private long stamp = -1;

    /** Negative as long as nobody has asked for it. */
    private int keyGroup = -1;

    /** How many of its values the commits so far contain. */
    private int stored;

    private @Nullable FrozenGroup frozen;

    private Group(Table table, Object comparable, Object key, Object content) {
      this.table = table;
      this.comparable = comparable;
      this.key = key;
      this.content = content;
    }

    /** To be called before the content may be mutated. */
    void touching() {
      if (frozen != null) {
        frozen.encodeNow();
        frozen = null;
      }
    }
  }

  /**
   * Creates the tables, with nothing in them.
   *
   * @param form how keys and windows are encoded
   * @param contentCoder the coder of the values, or of the accumulators
   * @param gathers whether values are gathered in lists; otherwise they are combined
   */
  WindowTables(StateForm form, Coder<Object> contentCoder, boolean gathers) {
    this.form = form;
    this.windowCodec = KeyCodec.of(form.windowCoder());
    this.contentCoder = contentCoder;
    this.gathers = gathers;
  }

  /** The form in which windows are compared. */
  Object comparable(BoundedWindow window) {
    return windowCodec.comparable(window);
  }

  /** The table of a window by its comparable form, or null if nothing has come for it. */
  @Nullable Table find(Object comparable) {
    return tables.get(comparable);
  }

  /** Makes the table of a window that has none. */
  Table create(BoundedWindow window, Object comparable) {
    Table table = new Table(window, comparable, form.tracked() ? encode(window) : null);
    tables.put(comparable, table);
    byEnd.computeIfAbsent(window.maxTimestamp().getMillis(), at -> new ArrayList<>(1)).add(table);
    return table;
  }

  private byte[] encode(BoundedWindow window) {
    try {
      return CoderUtils.encodeToByteArray(form.windowCoder(), window);
    } catch (CoderException e) {
      throw new IllegalArgumentException(
          "Cannot encode the window " + window + ": " + e.getMessage(), e);
    }
  }

  /** Adds a group whose key is not there. */
  Group add(Table table, Object comparable, Object key, Object content) {
    Group group = new Group(table, comparable, key, content);
    table.groups.put(comparable, group);
    return group;
  }

  /** To be called before a group's content changes. */
  void changing(Group group) {
    if (group.stamp != stamp && form.tracked()) {
      group.stamp = stamp;
      changed.add(group);
      group.touching();
    }
  }

  /** Whether a window ends strictly before a watermark. */
  boolean anyEndsBefore(long watermark) {
    return !byEnd.isEmpty() && byEnd.firstKey() < watermark;
  }

  /** Removes the tables of the windows that end first, and gives them. */
  List<Table> removeFirst() {
    List<Table> first = byEnd.pollFirstEntry().getValue();
    for (Table table : first) {
      tables.remove(table.comparable);
      table.gone = true;
      if (table.stored) {
        fired.add(table.encodedWindow);
      }
    }
    return first;
  }

  @Override
  public FrozenPart freeze(long commit, SnapshotScope scope) {
    List<FrozenGroup> items = new ArrayList<>();
    if (scope.isEverything()) {
      fired.clear();
    }
    if (!scope.isChanges()) {
      for (Table table : tables.values()) {
        for (Group group : table.groups.values()) {
          if (isWhole(group, scope)) {
            items.add(freeze(group, true));
          }
        }
      }
    }
    for (Group group : changed) {
      if (!group.table.gone && !isWhole(group, scope)) {
        items.add(freeze(group, false));
      }
    }
    FrozenTables part = new FrozenTables(form, items, fired);
    changed = new ArrayList<>();
    fired = new ArrayList<>();
    stamp = commit + 1;
    return part;
  }

  private boolean isWhole(Group group, SnapshotScope scope) {
    if (scope.isEverything() || scope.isChanges()) {
      return scope.isEverything();
    }
    if (group.keyGroup < 0) {
      group.keyGroup = form.keyGroup(form.keyCodec().hash(group.key, group.comparable));
    }
    return scope.contains(group.keyGroup);
  }

  private FrozenGroup freeze(Group group, boolean full) {
    group.touching();
    Table table = group.table;
    table.stored = true;
    if (gathers) {
      List<?> values = (List<?>) group.content;
      int from = full ? 0 : group.stored;
      Object[] added = values.subList(from, values.size()).toArray();
      group.stored = values.size();
      StateEntry.Op op = from == 0 ? StateEntry.Op.PUT : StateEntry.Op.APPEND;
      return new FrozenGroup(
          group.comparable, group.key, table.encodedWindow, op, out -> encodeAll(added, out));
    }
    Object accumulator = group.content;
    FrozenGroup frozen =
        new FrozenGroup(
            group.comparable,
            group.key,
            table.encodedWindow,
            StateEntry.Op.PUT,
            out -> contentCoder.encode(accumulator, out));
    if (!Values.immutable(accumulator)) {
      group.frozen = frozen;
    }
    return frozen;
  }

  private void encodeAll(Object[] values, OutputStream out) throws IOException {
    VarInt.encode(values.length, out);
    for (Object value : values) {
      contentCoder.encode(value, out);
    }
  }

  @Override
  public boolean owns(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.GROUP;
  }

  @Override
  public void restore(StateEntry entry) throws IOException {
    BoundedWindow window = CoderUtils.decodeFromByteArray(form.windowCoder(), entry.namespace());
    Object comparable = comparable(window);
    Table table = find(comparable);
    if (entry.op() == StateEntry.Op.CLEAR) {
      if (table != null) {
        removeRestored(table);
      }
    } else if (form.range().contains(entry.keyGroup())) {
      if (table == null) {
        table = create(window, comparable);
        table.stored = true;
      }
      restore(table, entry);
    }
  }

  private void removeRestored(Table table) {
    tables.remove(table.comparable);
    long end = table.window.maxTimestamp().getMillis();
    List<Table> sameEnd = byEnd.get(end);
    sameEnd.remove(table);
    if (sameEnd.isEmpty()) {
      byEnd.remove(end);
    }
  }

  private void restore(Table table, StateEntry entry) throws IOException {
    Object key = CoderUtils.decodeFromByteArray(form.keyCodec().coder(), entry.key());
    Object comparable = form.keyCodec().comparable(key);
    Group group = table.groups.get(comparable);
    ByteArrayInputStream in = new ByteArrayInputStream(entry.value());
    if (!gathers) {
      Object accumulator = contentCoder.decode(in);
      if (group == null) {
        add(table, comparable, key, accumulator);
      } else {
        group.content = accumulator;
      }
      return;
    }
    if (group == null) {
      group = add(table, comparable, key, new ArrayList<>(4));
    }
    @SuppressWarnings("unchecked")
    List<Object> values = (List<Object>) group.content;
    if (entry.op() == StateEntry.Op.PUT) {
      values.clear();
    }
    for (int count = VarInt.decodeInt(in); count > 0; count--) {
      values.add(contentCoder.decode(in));
    }
    group.stored = values.size();
  }
}
