package dev.microbatch.executor.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Tracks the changes of a few things that belong to commits: each has a namespace and a cell that
 * tell it from the others, and a value that is encoded when a commit is written.
 *
 * <p>Not thread-safe: owned by one task.
 */
public final class TrackedEntries {

  private static final byte[] NOTHING = {};

  private final StateEntry.Kind kind;
  private final boolean tracked;

  /** By key group, so that a turn finds what it covers. */
  private final NavigableMap<Integer, CapturedMap<Id, Live>> live = new TreeMap<>();

  /** What has changed since the last freeze, with its key group. */
  private Map<Id, Integer> changed = new LinkedHashMap<>();

  /** How often it was frozen. Each freeze stores all that is new. */
  private long freezes;

  /** Encodes a value. Called by another thread, any number of times. */
  @FunctionalInterface
  public interface Encoder {
    /**
     * Gives the encoded value.
     *
     * @throws IOException if it cannot be encoded
     */
    byte[] encode() throws IOException;
  }

  private record Id(String namespace, String cell) {}

  /** Something live; {@code stored} is the number of the first freeze that has it in files. */
  private record Live(int keyGroup, Encoder encoder, long stored) {}

  /**
   * Creates the tracker, with nothing in it.
   *
   * @param kind what the things are
   * @param tracked whether there will be commits; if not, nothing is kept here
   */
  public TrackedEntries(StateEntry.Kind kind, boolean tracked) {
    this.kind = kind;
    this.tracked = tracked;
  }

  /** Whether there will be commits. */
  public boolean isTracked() {
    return tracked;
  }

  /**
   * Says that something is new or has changed.
   *
   * @param keyGroup the group of the key that it belongs to, or {@link StateEntry#NO_KEY_GROUP}
   * @param namespace with {@code cell}, which one
   * @param cell with {@code namespace}, which one
   * @param encoder encodes its value of now
   */
  public void put(int keyGroup, String namespace, String cell, Encoder encoder) {
    if (tracked) {
      Id id = new Id(namespace, cell);
      CapturedMap<Id, Live> group = group(keyGroup);
      Live old = group.get(id);
      // What was removed, but is still in files, is among the changes.
      long stored = old != null ? old.stored() : changed.containsKey(id) ? 0 : freezes + 1;
      group.put(id, new Live(keyGroup, encoder, stored));
      changed.put(id, keyGroup);
    }
  }

  private CapturedMap<Id, Live> group(int keyGroup) {
    return live.computeIfAbsent(keyGroup, number -> new CapturedMap<>());
  }

  /** Says that something that belongs to no key is gone. */
  public void remove(String namespace, String cell) {
    remove(StateEntry.NO_KEY_GROUP, namespace, cell);
  }

  /**
   * Says that something is gone.
   *
   * @param keyGroup the one that it was put with
   * @param namespace with {@code cell}, which one
   * @param cell with {@code namespace}, which one
   */
  public void remove(int keyGroup, String namespace, String cell) {
    if (tracked) {
      Id id = new Id(namespace, cell);
      Live old = group(keyGroup).remove(id);
      if (old != null && old.stored() <= freezes) {
        changed.put(id, keyGroup);
      } else if (old != null) {
        changed.remove(id);
      }
    }
  }

  /**
   * Takes what was restored as live and stored.
   *
   * @param entry what was restored
   */
  public void restore(StateEntry entry) {
    if (tracked) {
      Id id = new Id(new String(entry.namespace(), StandardCharsets.UTF_8), entry.cell());
      byte[] value = entry.value();
      group(entry.keyGroup()).put(id, new Live(entry.keyGroup(), () -> value, 0));
    }
  }

  /**
   * Captures what has changed since the last time, and what is live and asked for as a whole. That
   * takes time in proportion to the changes; who writes it walks over the rest.
   *
   * @param scope what is asked for as a whole
   */
  public FrozenPart freeze(SnapshotScope scope) {
    Map<Id, Integer> since = scope.isEverything() ? Map.of() : changed;
    changed = new LinkedHashMap<>(); // to clear one takes as long as it was ever large
    List<CapturedMap.Capture<Id, Live>> whole = new ArrayList<>();
    if (scope.unkeyed()) {
      capture(live.get(StateEntry.NO_KEY_GROUP), whole);
    }
    KeyGroupRange range = scope.keyGroups();
    live.subMap(range.first(), range.end()).values().forEach(group -> capture(group, whole));
    List<Item> items = new ArrayList<>();
    since.forEach(
        (id, keyGroup) -> {
          Live entry = group(keyGroup).get(id);
          if (entry == null || !scope.contains(keyGroup)) {
            items.add(new Item(id, entry));
          }
        });
    freezes++;
    return new Part(kind, whole, items);
  }

  private static void capture(
      @Nullable CapturedMap<Id, Live> group, List<CapturedMap.Capture<Id, Live>> whole) {
    if (group != null && !group.isEmpty()) {
      whole.add(group.capture());
    }
  }

  /** Something that has changed; without an entry if it is gone. */
  private record Item(Id id, @Nullable Live entry) {}

  /** What was captured. */
  private static final class Part implements FrozenPart {

    private final StateEntry.Kind kind;
    private final List<CapturedMap.Capture<Id, Live>> whole;
    private volatile @Nullable List<Item> items;

    Part(StateEntry.Kind kind, List<CapturedMap.Capture<Id, Live>> whole, List<Item> items) {
      this.kind = kind;
      this.whole = whole;
      this.items = items;
    }

    @Override
    public boolean isEmpty() {
      List<Item> changes = items;
      return changes == null || (whole.isEmpty() && changes.isEmpty());
    }

    @Override
    public void writeTo(EntrySink sink) throws IOException {
      List<Item> changes = items;
      if (changes == null) {
        throw new IllegalStateException("what was captured of " + kind + " is closed");
      }
      for (CapturedMap.Capture<Id, Live> group : whole) {
        for (Map.Entry<Id, Live> entry : group.contents().entrySet()) {
          write(entry.getKey(), entry.getValue(), sink);
        }
      }
      for (Item item : changes) {
        write(item.id(), item.entry(), sink);
      }
    }

    private void write(Id id, @Nullable Live entry, EntrySink sink) throws IOException {
      sink.accept(
          new StateEntry(
              entry == null ? StateEntry.NO_KEY_GROUP : entry.keyGroup(),
              NOTHING,
              kind,
              id.namespace().getBytes(StandardCharsets.UTF_8),
              id.cell(),
              entry == null ? StateEntry.Op.DELETE : StateEntry.Op.PUT,
              entry == null ? NOTHING : encode(id, entry)));
    }

    private byte[] encode(Id id, Live entry) {
      try {
        return entry.encoder().encode();
      } catch (IOException | RuntimeException e) {
        throw new EncodingException(
            switch (kind) {
              case WITHHELD -> "a record that waits for " + id.namespace();
              case VIEW -> "a pane of the side input that " + id.namespace() + " makes";
              case SPLIT -> "the position of split " + id.cell();
              case CELL, HOLD, TIMER, GROUP, RECORD_ID, TIMES, TRIGGERED_GROUP -> kind.toString();
            },
            e);
      }
    }

    @Override
    public void close() {
      items = null;
      whole.forEach(CapturedMap.Capture::close);
    }
  }
}
