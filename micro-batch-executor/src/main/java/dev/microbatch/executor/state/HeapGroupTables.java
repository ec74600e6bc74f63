package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Groups as objects: a table of keys per window, and the windows by their ends.
 *
 * <h2>Commits</h2>
 *
 * The first change of a group within a commit lists it as changed. A gathered group contributes the
 * values that are new, a combined one its accumulator, which is encoded by whoever comes first: the
 * thread that writes the commit, or the next change.
 */
final class HeapGroupTables implements GroupTables {

  private final StateLayout layout;
  private final Coder<Object> contentCoder;
  private final GroupContent content;
  private final @Nullable CombineFn<Object, Object, Object> combineFn;
  private final KeyCodec<BoundedWindow> windowCodec;

  /** By the comparable form of the window. */
  private final Map<Object, HeapTable> tables = new HashMap<>();

  private final TreeMap<Long, List<HeapTable>> byEnd = new TreeMap<>();
  private final ChangeLog<Group> changes;
  private List<byte[]> fired = new ArrayList<>();

  /** The table that was found or made last. */
  private @Nullable HeapTable last;

  /**
   * Creates the tables, with nothing in them.
   *
   * @param layout how keys and windows are encoded
   * @param content what is kept for a key
   */
  HeapGroupTables(StateLayout layout, GroupContent content) {
    this.layout = layout;
    this.windowCodec = KeyCodec.of(layout.windowCoder());
    this.content = content;
    this.contentCoder = content.coder();
    this.combineFn = content.combineFn();
    this.changes = new ChangeLog<>(layout.tracked());
  }

  /** What has come for one window. */
  private final class HeapTable implements Table {
    private final BoundedWindow window;

    /** The comparable form of the window. */
    private final Object comparable;

    private final Map<Object, Group> groups = new HashMap<>();
    private final byte @Nullable [] encodedWindow;

    /** Whether the commits so far contain something of it. */
    private boolean stored;

    /** Whether it has fired. */
    private boolean gone;

    private HeapTable(BoundedWindow window, Object comparable, byte @Nullable [] encodedWindow) {
      this.window = window;
      this.comparable = comparable;
      this.encodedWindow = encodedWindow;
    }

    @Override
    public BoundedWindow window() {
      return window;
    }

    @Override
    public void add(Object key, @Nullable Object userKey, @Nullable Object value) {
      Group group = groups.get(key);
      if (group == null) {
        group = group(key, userKey, content.create());
      }
      changing(group);
      if (combineFn == null) {
        @SuppressWarnings("unchecked")
        List<Object> values = (List<Object>) group.content;
        values.add(value);
      } else {
        group.content = combineFn.addInput(group.content, value);
      }
    }

    /** Adds a group whose key is not there. */
    private Group group(Object key, @Nullable Object userKey, Object held) {
      Group group = new Group(this, key, userKey, held);
      groups.put(key, group);
      return group;
    }

    @Override
    public void emit(GroupSink sink) {
      for (Group group : groups.values()) {
        Object result = group.content;
        if (combineFn != null) {
          group.touching();
          result = combineFn.extractOutput(result);
        }
        sink.accept(group.key, result);
      }
    }
  }

  /** What has come for one key. */
  private static final class Group {
    private final @Nullable Object key;

    /** A list of values, or an accumulator. */
    private Object content;

    private final Object comparable;
    private final HeapTable table;
    private long stamp = -1;

    /** Negative as long as nobody has asked for it. */
    private int keyGroup = -1;

    /** How many of its values the commits so far contain. */
    private int stored;

    private @Nullable FrozenGroup frozen;

    private Group(HeapTable table, Object comparable, @Nullable Object key, Object content) {
      this.table = table;
      this.comparable = comparable;
      this.key = key;
      this.content = content;
    }

    /** To be called before the content may be mutated. */
    private void touching() {
      if (frozen != null) {
        frozen.encodeNow();
        frozen = null;
      }
    }
  }

  @Override
  public @Nullable Table find(BoundedWindow window) {
    Object comparable = windowCodec.comparable(window);
    if (last == null || !last.comparable.equals(comparable)) {
      HeapTable found = tables.get(comparable);
      if (found == null) {
        return null;
      }
      last = found;
    }
    return last;
  }

  @Override
  public Table create(BoundedWindow window) {
    return create(window, windowCodec.comparable(window));
  }

  private HeapTable create(BoundedWindow window, Object comparable) {
    HeapTable table = new HeapTable(window, comparable, layout.tracked() ? encode(window) : null);
    tables.put(comparable, table);
    byEnd.computeIfAbsent(window.maxTimestamp().getMillis(), at -> new ArrayList<>(1)).add(table);
    last = table;
    return table;
  }

  private byte[] encode(BoundedWindow window) {
    try {
      return CoderUtils.encodeToByteArray(layout.windowCoder(), window);
    } catch (CoderException e) {
      throw new IllegalArgumentException(
          "Cannot encode the window " + window + ": " + e.getMessage(), e);
    }
  }

  /** To be called before a group's content changes. */
  private void changing(Group group) {
    if (group.stamp != changes.stamp() && changes.isTracked()) {
      group.stamp = changes.stamp();
      changes.add(group);
      group.touching();
    }
  }

  @Override
  public boolean anyEndsBefore(long watermark) {
    return !byEnd.isEmpty() && byEnd.firstKey() < watermark;
  }

  @Override
  public long firstEnd() {
    return byEnd.isEmpty() ? Long.MAX_VALUE : byEnd.firstKey();
  }

  @Override
  public List<? extends Table> removeFirst() {
    last = null;
    List<HeapTable> first = byEnd.pollFirstEntry().getValue();
    for (HeapTable table : first) {
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
      for (HeapTable table : tables.values()) {
        for (Group group : table.groups.values()) {
          if (isWhole(group, scope)) {
            items.add(freeze(group, true));
          }
        }
      }
    }
    for (Group group : changes.changes()) {
      if (!group.table.gone && !isWhole(group, scope)) {
        items.add(freeze(group, false));
      }
    }
    FrozenTables part = new FrozenTables(layout, items, fired);
    fired = new ArrayList<>();
    changes.committed(commit);
    return part;
  }

  private boolean isWhole(Group group, SnapshotScope scope) {
    if (scope.isEverything() || scope.isChanges()) {
      return scope.isEverything();
    }
    if (group.keyGroup < 0) {
      group.keyGroup = layout.keyGroup(layout.keyCodec().hash(group.key, group.comparable));
    }
    return scope.contains(group.keyGroup);
  }

  private FrozenGroup freeze(Group group, boolean full) {
    group.touching();
    HeapTable table = group.table;
    table.stored = true;
    if (content.gathers()) {
      List<?> values = (List<?>) group.content;
      int from = full ? 0 : group.stored;
      Object[] added = values.subList(from, values.size()).toArray();
      group.stored = values.size();
      StateEntry.Op op = from == 0 ? StateEntry.Op.PUT : StateEntry.Op.APPEND;
      Capture capture =
          new Capture(false, () -> Changes.of(op, Arrays.asList(added), contentCoder::encode));
      return new FrozenGroup(group.comparable, group.key, table.encodedWindow, capture);
    }
    Object accumulator = group.content;
    boolean mutable = !Values.immutable(accumulator);
    Capture capture = new Capture(mutable, () -> Changes.of(encodeAccumulator(accumulator)));
    FrozenGroup frozen = new FrozenGroup(group.comparable, group.key, table.encodedWindow, capture);
    if (mutable) {
      group.frozen = frozen;
    }
    return frozen;
  }

  private Change encodeAccumulator(Object accumulator) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    contentCoder.encode(accumulator, out);
    return new Change(StateEntry.Op.PUT, out.toByteArray());
  }

  @Override
  public boolean owns(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.GROUP;
  }

  @Override
  public void restore(StateEntry entry) throws IOException {
    BoundedWindow window = GroupEntry.window(entry, layout.windowCoder());
    Object comparable = windowCodec.comparable(window);
    HeapTable table = tables.get(comparable);
    if (GroupEntry.isFired(entry)) {
      if (table != null) {
        removeRestored(table);
      }
    } else if (layout.range().contains(entry.keyGroup())) {
      if (table == null) {
        table = create(window, comparable);
        table.stored = true;
      }
      restore(table, entry);
    }
  }

  private void removeRestored(HeapTable table) {
    last = null;
    tables.remove(table.comparable);
    long end = table.window.maxTimestamp().getMillis();
    List<HeapTable> sameEnd = byEnd.get(end);
    sameEnd.remove(table);
    if (sameEnd.isEmpty()) {
      byEnd.remove(end);
    }
  }

  private void restore(HeapTable table, StateEntry entry) throws IOException {
    Object key = GroupEntry.key(entry, layout.keyCodec().coder());
    Object comparable = layout.keyCodec().comparable(key);
    Group group = table.groups.get(comparable);
    if (!content.gathers()) {
      Object accumulator = GroupEntry.accumulator(entry, contentCoder);
      if (group == null) {
        table.group(comparable, key, accumulator);
      } else {
        group.content = accumulator;
      }
      return;
    }
    if (group == null) {
      group = table.group(comparable, key, content.create());
    }
    @SuppressWarnings("unchecked")
    List<Object> values = (List<Object>) group.content;
    if (entry.op() == StateEntry.Op.PUT) {
      values.clear();
    }
    GroupEntry.values(entry, contentCoder, values::add);
    group.stored = values.size();
  }
}
