package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Groups that are objects only while their key is worked on in a batch. Then each is an entry, as a
 * commit has it, and a key comes back as a whole when it is asked for or when something of it is
 * due. A key that has been there is written whole by the next commit.
 */
final class EncodedTriggeredGroups implements TriggeredGroups {

  private final StateLayout layout;
  private final StateLayout untracked;
  private final TriggeredLayout triggered;

  /** By the key in hexadecimal digits, as all that is by key here. */
  private final Map<String, Row> rows = new LinkedHashMap<>();

  /** The windows that commits contain, by key. */
  private final Map<String, Set<String>> stored = new HashMap<>();

  /** The keys that have been in memory since the last commit. */
  private Set<String> dirty = new LinkedHashSet<>();

  private HeapTriggeredGroups inner;

  EncodedTriggeredGroups(StateLayout layout, TriggeredLayout triggered) {
    this.layout = layout;
    this.triggered = triggered;
    this.untracked =
        new StateLayout(
            layout.keyCodec(),
            layout.windowCoder(),
            layout.valueCoder(),
            layout.keyGroups(),
            layout.partition(),
            layout.range(),
            false);
    this.inner = new HeapTriggeredGroups(untracked, triggered);
  }

  /** The entries of a key, and when it has to come back. */
  private final class Row {
    private final List<StateEntry> entries = new ArrayList<>();
    private long hold = EventTime.MAX;
    private long end = Long.MAX_VALUE;
    private final Map<TimeDomain, Long> firstWakeUps = new EnumMap<>(TimeDomain.class);

    void add(StateEntry entry) throws MalformedEntryException {
      entries.add(entry);
      BoundedWindow window = TriggeredGroupEntry.window(entry, layout.windowCoder());
      TriggeredGroup group = new TriggeredGroup(new KeyWindows(null, "", 0), window, false);
      TriggeredGroupEntry.read(
          entry, group, triggered.triggerNumbers(), triggered.content().coder());
      hold = Math.min(hold, group.hold());
      end = Math.min(end, triggered.expiry(group.end()));
      if (group.wakesAtEnd()) {
        end = Math.min(end, group.end());
      }
      if (group.memory() != null) {
        group.memory().forEachWakeUp((domain, at) -> firstWakeUps.merge(domain, at, Math::min));
      }
    }

    boolean isDue(long watermark, long processingTime, long synchronizedTime) {
      return end < watermark
          || wakeUp(TimeDomain.PROCESSING_TIME) < processingTime
          || wakeUp(TimeDomain.SYNCHRONIZED_PROCESSING_TIME) < synchronizedTime;
    }

    private long wakeUp(TimeDomain domain) {
      return firstWakeUps.getOrDefault(domain, Long.MAX_VALUE);
    }
  }

  /** Turns every group into bytes. */
  void endBatch() {
    try {
      inner.freeze(0, SnapshotScope.EVERYTHING).writeTo(this::take);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    inner = new HeapTriggeredGroups(untracked, triggered);
  }

  private void take(StateEntry entry) throws IOException {
    rows.computeIfAbsent(hex(entry.key()), key -> new Row()).add(entry);
  }

  private void bringBack(String key) {
    dirty.add(key);
    Row row = rows.remove(key);
    if (row != null) {
      try {
        for (StateEntry entry : row.entries) {
          inner.restore(entry);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public KeyWindows key(Object comparable, @Nullable Object key, int hash) {
    bringBack(hex(layout.keyCodec().encode(key, comparable)));
    return inner.key(comparable, key, hash);
  }

  @Override
  public @Nullable TriggeredGroup find(KeyWindows key, BoundedWindow window) {
    return inner.find(key, window);
  }

  @Override
  public TriggeredGroup create(
      KeyWindows key, BoundedWindow window, @Nullable TriggerMemory memory) {
    return inner.create(key, window, memory);
  }

  @Override
  public void changing(TriggeredGroup group) {
    inner.changing(group);
  }

  @Override
  public void add(TriggeredGroup group, @Nullable Object value) {
    inner.add(group, value);
  }

  @Override
  public @Nullable Object pane(TriggeredGroup group, boolean keep) {
    return inner.pane(group, keep);
  }

  @Override
  public void removeContent(TriggeredGroup group) {
    inner.removeContent(group);
  }

  @Override
  public TriggeredGroup merge(List<TriggeredGroup> groups, BoundedWindow window) {
    return inner.merge(groups, window);
  }

  @Override
  public void remove(TriggeredGroup group) {
    inner.remove(group);
  }

  @Override
  public void wakeUp(TriggeredGroup group, TimeDomain domain, long millis, boolean drain) {
    inner.wakeUp(group, domain, millis, drain);
  }

  @Override
  public void settle(KeyWindows key) {
    inner.settle(key);
  }

  @Override
  public long minHold() {
    long min = inner.minHold();
    for (Row row : rows.values()) {
      min = Math.min(min, row.hold);
    }
    return min;
  }

  @Override
  public long nextEnd() {
    long next = inner.nextEnd();
    for (Row row : rows.values()) {
      next = Math.min(next, row.end);
    }
    return next;
  }

  @Override
  public long nextWakeUp(TimeDomain domain) {
    long next = inner.nextWakeUp(domain);
    for (Row row : rows.values()) {
      next = Math.min(next, row.wakeUp(domain));
    }
    return next;
  }

  @Override
  public @Nullable KeyWindows findDue(long watermark, long processingTime, long synchronizedTime) {
    rows.entrySet().stream()
        .filter(row -> row.getValue().isDue(watermark, processingTime, synchronizedTime))
        .map(Map.Entry::getKey)
        .toList()
        .forEach(this::bringBack);
    return inner.findDue(watermark, processingTime, synchronizedTime);
  }

  @Override
  public FrozenPart freeze(long commit, SnapshotScope scope) {
    endBatch();
    List<StateEntry> entries = new ArrayList<>();
    for (String key : dirty) {
      Set<String> before = stored.getOrDefault(key, Set.of());
      Set<String> now = windows(key);
      for (String window : before) {
        int keyGroup = keyGroup(key);
        if (!now.contains(window) && !scope.contains(keyGroup)) {
          entries.add(gone(keyGroup, key, window));
        }
      }
      stored.put(key, now);
    }
    rows.forEach(
        (key, row) -> {
          if (dirty.contains(key) || scope.contains(keyGroup(key))) {
            entries.addAll(row.entries);
          }
        });
    dirty = new LinkedHashSet<>();
    entries.sort(Comparator.comparingInt(StateEntry::keyGroup));
    return new Written(entries);
  }

  private Set<String> windows(String key) {
    Set<String> windows = new HashSet<>();
    Row row = rows.get(key);
    if (row != null) {
      row.entries.forEach(entry -> windows.add(hex(entry.namespace())));
    }
    return windows;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static StateEntry gone(int keyGroup, String key, String window) {
    HexFormat hex = HexFormat.of();
    return TriggeredGroupEntry.of(
        keyGroup, hex.parseHex(key), hex.parseHex(window), new byte[0], Change.CLEAR);
  }

  private int keyGroup(String key) {
    return layout.keyGroup(KeyCodec.hashBytes(HexFormat.of().parseHex(key)));
  }

  /** Entries that are there already. */
  private record Written(List<StateEntry> entries) implements FrozenPart {
    @Override
    public boolean isEmpty() {
      return entries.isEmpty();
    }

    @Override
    public void writeTo(EntrySink sink) throws IOException {
      for (StateEntry entry : entries) {
        sink.accept(entry);
      }
    }

    @Override
    public void close() {
      // holds nothing but bytes
    }
  }

  @Override
  public boolean owns(StateEntry entry) {
    return inner.owns(entry);
  }

  @Override
  public void restore(StateEntry entry) throws IOException {
    if (!layout.range().contains(entry.keyGroup())) {
      return;
    }
    String key = hex(entry.key());
    bringBack(key);
    inner.restore(entry);
    endBatch();
    dirty.clear();
    stored.put(key, windows(key));
  }
}
