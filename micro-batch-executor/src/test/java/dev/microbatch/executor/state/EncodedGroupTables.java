package dev.microbatch.executor.state;

import static java.util.Collections.singletonList;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.block.KeyCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
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
 * the next addition. Keys are bytes at all times. A window decodes all of its tables.
 */
final class EncodedGroupTables implements GroupTables {

  private final StateLayout layout;
  private final GroupContent content;
  private final Map<GroupKey, EncodedTable> tables = new LinkedHashMap<>();
  private final TreeMap<Long, Set<BoundedWindow>> byEnd = new TreeMap<>();
  private final Set<Group> changed = new LinkedHashSet<>();
  private final Set<BoundedWindow> fired = new LinkedHashSet<>();
  private final List<GroupLabel> gone = new ArrayList<>();
  private final Set<BoundedWindow> firedBefore = new LinkedHashSet<>();

  EncodedGroupTables(StateLayout layout, GroupContent content) {
    this.layout = layout;
    this.content = content;
  }

  private record GroupKey(String cell, ByteBuffer namespace) {
    static GroupKey of(GroupLabel label) {
      return new GroupKey(label.cell(), ByteBuffer.wrap(label.namespace()));
    }
  }

  private final class EncodedTable implements Table {
    private final List<BoundedWindow> windows;
    private final List<BoundedWindow> open;
    private final GroupLabel label;
    private final Map<ByteBuffer, Group> groups = new LinkedHashMap<>();

    EncodedTable(List<BoundedWindow> windows, List<BoundedWindow> open, GroupLabel label) {
      this.windows = windows;
      this.open = open;
      this.label = label;
    }

    private Group group(byte[] key) {
      return groups.computeIfAbsent(ByteBuffer.wrap(key), k -> new Group(this, key));
    }

    @Override
    public void add(Object comparable, int hash, @Nullable Object key, @Nullable Object value) {
      byte[] encoded = layout.keyCodec().encode(key, comparable);
      assertThat(KeyCodec.hashBytes(encoded), is(hash));
      Group group = group(encoded);
      changed.add(group);
      if (content.combineFn() == null) {
        group.hot.add(value);
      } else {
        group.hot.set(0, added(group.accumulator(), value));
      }
    }

    private long lastEnd() {
      return windows.stream()
          .mapToLong(window -> window.maxTimestamp().getMillis())
          .max()
          .orElse(0);
    }

    private long firstEnd() {
      return windows.stream()
          .mapToLong(window -> window.maxTimestamp().getMillis())
          .min()
          .orElse(0);
    }
  }

  private Object added(Object accumulator, Object value) {
    return content.addsAccumulators()
        ? content.combineFn().mergeAccumulators(Arrays.asList(accumulator, value))
        : content.combineFn().addInput(accumulator, value);
  }

  private record Closed(BoundedWindow window, Map<ByteBuffer, Object> groups, EncodedGroupTables of)
      implements ClosedWindow {
    @Override
    public void emit(GroupSink sink) {
      groups.forEach((key, result) -> sink.accept(of.decodeKey(bytes(key)), result));
    }
  }

  /** All bytes of a buffer that wraps an array. */
  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private void collect(EncodedTable table, BoundedWindow window, Map<ByteBuffer, Object> groups) {
    table.groups.forEach(
        (key, group) -> {
          group.encode();
          for (BoundedWindow each : table.windows) {
            if (!each.equals(window)) {
              continue;
            }
            for (byte[] value : group.cold) {
              groups.merge(
                  key,
                  content.gathers() ? new ArrayList<>(singletonList(decode(value))) : decode(value),
                  this::together);
            }
          }
        });
  }

  @SuppressWarnings("unchecked") // Gathered values are in lists.
  private Object together(Object one, Object other) {
    if (content.gathers()) {
      ((List<Object>) one).addAll((List<Object>) other);
      return one;
    }
    return content.combineFn().mergeAccumulators(Arrays.asList(one, other));
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
        hot.add(cold.isEmpty() ? content.combineFn().createAccumulator() : decode(cold.get(0)));
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
      return GroupEntry.of(keyGroup, key, table.label, new Change(op, out.toByteArray()));
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

  private GroupLabel label(Collection<? extends BoundedWindow> windows) {
    return GroupLabel.of(List.copyOf(windows), layout.windowCoder());
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
  public @Nullable Table find(Collection<? extends BoundedWindow> windows) {
    return tables.get(GroupKey.of(label(windows)));
  }

  @Override
  public EncodedTable create(Collection<? extends BoundedWindow> windows, long watermark) {
    firedBefore.clear();
    List<BoundedWindow> open = new ArrayList<>();
    for (BoundedWindow window : windows) {
      if (window.maxTimestamp().getMillis() < watermark) {
        fired.add(window);
      } else {
        open.add(window);
      }
    }
    return create(windows, open);
  }

  private EncodedTable create(
      Collection<? extends BoundedWindow> windows, List<BoundedWindow> open) {
    EncodedTable table = new EncodedTable(List.copyOf(windows), open, label(windows));
    tables.put(GroupKey.of(table.label), table);
    for (BoundedWindow window : open) {
      byEnd
          .computeIfAbsent(window.maxTimestamp().getMillis(), end -> new LinkedHashSet<>())
          .add(window);
    }
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
  public ClosedWindow removeFirst() {
    BoundedWindow window = byEnd.firstEntry().getValue().iterator().next();
    Map<ByteBuffer, Object> groups = new LinkedHashMap<>();
    tables.values().stream()
        .filter(table -> table.open.contains(window))
        .sorted(
            Comparator.comparingLong(EncodedTable::lastEnd)
                .thenComparingLong(EncodedTable::firstEnd)
                .thenComparing(table -> table.label.namespace(), Arrays::compareUnsigned))
        .forEach(table -> collect(table, window, groups));
    if (!content.gathers()) {
      groups.replaceAll((key, accumulator) -> content.combineFn().extractOutput(accumulator));
    }
    close(window);
    fired.add(window);
    return new Closed(window, groups, this);
  }

  private void close(BoundedWindow window) {
    tables.values().forEach(table -> table.open.removeIf(window::equals));
    dropDone();
  }

  private void dropDone() {
    tables.values().stream()
        .filter(table -> table.open.isEmpty() && table.windows.size() > 1)
        .forEach(table -> gone.add(table.label));
    tables.values().removeIf(table -> table.open.isEmpty());
    byEnd.values().forEach(sameEnd -> sameEnd.removeIf(this::hasNoTable));
    byEnd.values().removeIf(Set::isEmpty);
  }

  private boolean hasNoTable(BoundedWindow window) {
    return tables.values().stream().noneMatch(table -> table.open.contains(window));
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
    Set<BoundedWindow> closed = new LinkedHashSet<>();
    if (!scope.isEverything()) {
      closed.addAll(fired);
      gone.forEach(label -> all.add(GroupEntry.gone(label)));
    }
    if (scope.unkeyed()) {
      for (EncodedTable table : tables.values()) {
        table.windows.stream().filter(w -> !table.open.contains(w)).forEach(closed::add);
      }
    }
    closed.forEach(window -> all.add(GroupEntry.gone(label(List.of(window)))));
    entries.values().forEach(all::addAll);
    changed.clear();
    fired.clear();
    gone.clear();
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
    List<BoundedWindow> windows = GroupEntry.windows(entry, layout.windowCoder());
    if (GroupEntry.isGone(entry)) {
      if (windows.size() > 1) {
        EncodedTable table = tables.get(GroupKey.of(label(windows)));
        if (table != null) {
          table.open.clear();
          dropDone();
        }
      } else {
        firedBefore.add(windows.get(0));
        close(windows.get(0));
      }
      return;
    }
    if (!layout.range().contains(entry.keyGroup())) {
      return;
    }
    EncodedTable table = tables.get(GroupKey.of(label(windows)));
    if (table == null) {
      List<BoundedWindow> open = new ArrayList<>(windows);
      if (windows.size() > 1) {
        open.removeAll(firedBefore);
      }
      table = create(windows, open);
    }
    Group group = table.group(entry.key());
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
