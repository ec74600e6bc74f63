package dev.microbatch.executor.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private final Map<Id, Live> live = new LinkedHashMap<>();
  private final Set<Id> changed = new LinkedHashSet<>();
  private final Set<Id> stored = new LinkedHashSet<>();

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

  private record Live(int keyGroup, Encoder encoder) {}

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
      live.put(id, new Live(keyGroup, encoder));
      changed.add(id);
    }
  }

  /** Says that something is gone. */
  public void remove(String namespace, String cell) {
    if (tracked) {
      Id id = new Id(namespace, cell);
      live.remove(id);
      if (stored.contains(id)) {
        changed.add(id);
      } else {
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
      live.put(id, new Live(entry.keyGroup(), () -> value));
      stored.add(id);
    }
  }

  /**
   * Captures what has changed since the last time, and what is live and asked for as a whole.
   *
   * @param scope what is asked for as a whole
   */
  public FrozenPart freeze(SnapshotScope scope) {
    List<Item> items = new ArrayList<>();
    if (scope.isEverything()) {
      stored.clear();
      changed.clear();
    }
    if (!scope.isChanges()) {
      live.forEach(
          (id, entry) -> {
            if (scope.contains(entry.keyGroup())) {
              items.add(new Item(id, entry));
              stored.add(id);
              changed.remove(id);
            }
          });
    }
    for (Id id : changed) {
      Live entry = live.get(id);
      items.add(new Item(id, entry));
      if (entry == null) {
        stored.remove(id);
      } else {
        stored.add(id);
      }
    }
    changed.clear();
    return new Part(kind, items);
  }

  private record Item(Id id, @Nullable Live entry) {}

  /** What was captured. */
  private static final class Part implements FrozenPart {

    private final StateEntry.Kind kind;
    private volatile @Nullable List<Item> items;

    Part(StateEntry.Kind kind, List<Item> items) {
      this.kind = kind;
      this.items = items;
    }

    @Override
    public boolean isEmpty() {
      List<Item> all = items;
      return all == null || all.isEmpty();
    }

    @Override
    public void writeTo(EntrySink sink) throws IOException {
      List<Item> all = items;
      if (all == null) {
        throw new IllegalStateException("what was captured of " + kind + " is closed");
      }
      for (Item item : all) {
        byte[] namespace = item.id().namespace().getBytes(StandardCharsets.UTF_8);
        Live entry = item.entry();
        sink.accept(
            entry == null
                ? new StateEntry(
                    StateEntry.NO_KEY_GROUP,
                    NOTHING,
                    kind,
                    namespace,
                    item.id().cell(),
                    StateEntry.Op.DELETE,
                    NOTHING)
                : new StateEntry(
                    entry.keyGroup(),
                    NOTHING,
                    kind,
                    namespace,
                    item.id().cell(),
                    StateEntry.Op.PUT,
                    entry.encoder().encode()));
      }
    }

    @Override
    public void close() {
      items = null;
    }
  }
}
