package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.VarInt;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Groups as bytes: what comes in a batch is encoded at its end, and an accumulator is decoded by
 * the next addition. Keys are bytes at all times.
 */
final class EncodedGroupTables implements GroupTables {

  private static final byte[] NOTHING = {};

  private final StateLayout layout;
  private final GroupContent content;
  private final Map<ByteBuffer, EncodedTable> tables = new LinkedHashMap<>();
  private final TreeMap<Long, List<EncodedTable>> byEnd = new TreeMap<>();
  private final Set<Group> changed = new LinkedHashSet<>();
  private final List<byte[]> fired = new ArrayList<>();

  EncodedGroupTables(StateLayout layout, GroupContent content) {
    this.layout = layout;
    this.content = content;
  }

  private final class EncodedTable implements Table {
    private final BoundedWindow window;
    private final byte[] encodedWindow;
    private final Map<ByteBuffer, Group> groups = new LinkedHashMap<>();
    private boolean stored;

    EncodedTable(BoundedWindow window, byte[] encodedWindow) {
      this.window = window;
      this.encodedWindow = encodedWindow;
    }

    @Override
    public BoundedWindow window() {
      return window;
    }

    private Group group(byte[] key) {
      return groups.computeIfAbsent(ByteBuffer.wrap(key), k -> new Group(this, key));
    }

    @Override
    public void add(Object comparable, @Nullable Object key, @Nullable Object value) {
      Group group = group(layout.keyCodec().encode(key, comparable));
      changed.add(group);
      if (content.combineFn() == null) {
        group.hot.add(value);
      } else {
        group.hot.set(0, content.combineFn().addInput(group.accumulator(), value));
      }
    }

    @Override
    public void emit(GroupSink sink) {
      for (Group group : groups.values()) {
        group.encode();
        Object result;
        if (content.combineFn() == null) {
          List<Object> values = new ArrayList<>();
          group.cold.forEach(value -> values.add(decode(value)));
          result = values;
        } else {
          result = content.combineFn().extractOutput(group.accumulator());
        }
        sink.accept(decodeKey(group.key), result);
      }
    }
  }

  /** The values of a key, each by itself, or one accumulator. */
  private final class Group {
    private final EncodedTable table;
    private final byte[] key;
    private final List<Object> hot = new ArrayList<>();
    private final List<byte[]> cold = new ArrayList<>();
    private int stored;

    Group(EncodedTable table, byte[] key) {
      this.table = table;
      this.key = key;
    }

    private Object accumulator() {
      if (hot.isEmpty()) {
        hot.add(cold.isEmpty() ? content.create() : decode(cold.get(0)));
        cold.clear();
      }
      return hot.get(0);
    }

    private void encode() {
      for (Object value : hot) {
        try {
          cold.add(CoderUtils.encodeToByteArray(content.coder(), value));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      hot.clear();
    }

    private StateEntry freeze(int keyGroup, boolean all) throws IOException {
      encode();
      table.stored = true;
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      int from = all || !content.gathers() ? 0 : stored;
      if (content.gathers()) {
        VarInt.encode(cold.size() - from, out);
        // The coder's nested context, as in a list.
        for (byte[] value : cold.subList(from, cold.size())) {
          content.coder().encode(decode(value), out);
        }
      } else {
        content.coder().encode(decode(cold.get(0)), out);
      }
      stored = cold.size();
      StateEntry.Op op = from == 0 ? StateEntry.Op.PUT : StateEntry.Op.APPEND;
      return new StateEntry(
          keyGroup, key, StateEntry.Kind.GROUP, table.encodedWindow, "", op, out.toByteArray());
    }
  }

  private Object decode(byte[] value) {
    try {
      return CoderUtils.decodeFromByteArray(content.coder(), value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Object decodeKey(byte[] key) {
    try {
      return CoderUtils.decodeFromByteArray(layout.keyCodec().coder(), key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] encode(BoundedWindow window) {
    try {
      return CoderUtils.encodeToByteArray(layout.windowCoder(), window);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int keyGroup(byte[] key) {
    return layout.keyGroup(KeyCodec.hashBytes(key));
  }

  /** Encodes what has come. */
  void endBatch() {
    for (EncodedTable table : tables.values()) {
      table.groups.values().forEach(Group::encode);
    }
  }

  @Override
  public @Nullable Table find(BoundedWindow window) {
    return tables.get(ByteBuffer.wrap(encode(window)));
  }

  @Override
  public EncodedTable create(BoundedWindow window) {
    byte[] encoded = encode(window);
    EncodedTable table = new EncodedTable(window, encoded);
    tables.put(ByteBuffer.wrap(encoded), table);
    byEnd.computeIfAbsent(window.maxTimestamp().getMillis(), end -> new ArrayList<>()).add(table);
    return table;
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
    List<EncodedTable> first = byEnd.pollFirstEntry().getValue();
    for (EncodedTable table : first) {
      tables.remove(ByteBuffer.wrap(table.encodedWindow));
      if (table.stored) {
        fired.add(table.encodedWindow);
      }
    }
    return first;
  }

  @Override
  public FrozenPart freeze(long commit, SnapshotScope scope) {
    TreeMap<Integer, List<StateEntry>> entries = new TreeMap<>();
    try {
      for (EncodedTable table : tables.values()) {
        for (Group group : table.groups.values()) {
          int keyGroup = keyGroup(group.key);
          boolean whole = scope.contains(keyGroup);
          if (whole || changed.contains(group)) {
            entries
                .computeIfAbsent(keyGroup, k -> new ArrayList<>())
                .add(group.freeze(keyGroup, whole));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<StateEntry> all = new ArrayList<>();
    if (!scope.isEverything()) {
      for (byte[] window : fired) {
        all.add(
            new StateEntry(
                StateEntry.NO_KEY_GROUP,
                NOTHING,
                StateEntry.Kind.GROUP,
                window,
                "",
                StateEntry.Op.CLEAR,
                NOTHING));
      }
    }
    entries.values().forEach(all::addAll);
    changed.clear();
    fired.clear();
    return new FrozenPart() {
      @Override
      public boolean isEmpty() {
        return all.isEmpty();
      }

      @Override
      public void writeTo(EntrySink sink) throws IOException {
        for (StateEntry entry : all) {
          sink.accept(entry);
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public boolean owns(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.GROUP;
  }

  @Override
  public void restore(StateEntry entry) throws IOException {
    EncodedTable table = tables.get(ByteBuffer.wrap(entry.namespace()));
    if (entry.op() == StateEntry.Op.CLEAR) {
      if (table != null) {
        tables.remove(ByteBuffer.wrap(table.encodedWindow));
        byEnd.values().forEach(sameEnd -> sameEnd.remove(table));
        byEnd.values().removeIf(List::isEmpty);
      }
      return;
    }
    if (!layout.range().contains(entry.keyGroup())) {
      return;
    }
    EncodedTable of =
        table != null
            ? table
            : create(CoderUtils.decodeFromByteArray(layout.windowCoder(), entry.namespace()));
    of.stored = true;
    Group group = of.group(entry.key());
    if (entry.op() == StateEntry.Op.PUT) {
      group.cold.clear();
    }
    ByteArrayInputStream in = new ByteArrayInputStream(entry.value());
    int count = content.gathers() ? VarInt.decodeInt(in) : 1;
    for (int i = 0; i < count; i++) {
      group.hot.add(content.coder().decode(in));
    }
    group.encode();
    group.stored = group.cold.size();
  }
}
