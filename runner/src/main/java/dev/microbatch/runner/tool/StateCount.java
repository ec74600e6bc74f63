package dev.microbatch.runner.tool;

import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.TimerEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Counts what is left of the state of one step in one partition when all its entries have been
 * read. It holds the keys, not the values.
 *
 * <p>Not thread-safe.
 */
final class StateCount implements EntrySink {

  /** The keys that have a thing of this identity. */
  private final Map<Thing, Set<ByteBuffer>> live = new HashMap<>();

  /** What belongs to no key but may be put and removed. */
  private final Map<StateEntry.Kind, Map<Thing, StateEntry>> others = new HashMap<>();

  /**
   * What a key may have one of.
   *
   * @param kind what it is
   * @param namespace with {@code id}, which one
   * @param id with {@code namespace}, which one
   */
  private record Thing(StateEntry.Kind kind, ByteBuffer namespace, Object id) {}

  @Override
  public void accept(StateEntry entry) throws IOException {
    switch (entry.kind()) {
      case CELL, HOLD, GROUP, TRIGGERED_GROUP -> keyed(entry, thing(entry, entry.cell()));
      case TIMER -> keyed(entry, thing(entry, TimerEntry.parse(entry).identity()));
      case WITHHELD, VIEW, SPLIT, RECORD_ID, TIMES -> other(entry);
    }
  }

  private static Thing thing(StateEntry entry, Object id) {
    return new Thing(entry.kind(), ByteBuffer.wrap(entry.namespace()), id);
  }

  private void keyed(StateEntry entry, Thing thing) {
    ByteBuffer key = ByteBuffer.wrap(entry.key());
    switch (entry.op()) {
      case PUT, APPEND -> live.computeIfAbsent(thing, any -> new HashSet<>()).add(key);
      case CLEAR -> {
        if (entry.keyGroup() == StateEntry.NO_KEY_GROUP) {
          live.remove(thing); // the window has fired
        } else {
          remove(thing, key);
        }
      }
      case DELETE -> {
        if (entry.kind() == StateEntry.Kind.TIMER) {
          remove(thing, key); // of a cell, only some elements are deleted
        }
      }
    }
  }

  private void remove(Thing thing, ByteBuffer key) {
    Set<ByteBuffer> keys = live.get(thing);
    if (keys != null && keys.remove(key) && keys.isEmpty()) {
      live.remove(thing);
    }
  }

  private void other(StateEntry entry) {
    Map<Thing, StateEntry> all = others.computeIfAbsent(entry.kind(), any -> new HashMap<>());
    Thing thing = thing(entry, entry.cell());
    if (entry.op() == StateEntry.Op.PUT) {
      all.put(thing, entry);
    } else {
      all.remove(thing);
    }
  }

  /** How many keys have anything. */
  long keys() {
    Set<ByteBuffer> all = new HashSet<>();
    live.values().forEach(all::addAll);
    return all.size();
  }

  /** How many things there are of a kind. */
  long count(StateEntry.Kind kind) {
    long count = others.getOrDefault(kind, Map.of()).size();
    for (Map.Entry<Thing, Set<ByteBuffer>> entry : live.entrySet()) {
      count += entry.getKey().kind() == kind ? entry.getValue().size() : 0;
    }
    return count;
  }

  /** How many things there are of a kind that belongs to no key, by namespace. */
  Map<String, Long> byNamespace(StateEntry.Kind kind) {
    Map<String, Long> counts = new TreeMap<>();
    for (Thing thing : others.getOrDefault(kind, Map.of()).keySet()) {
      counts.merge(
          StandardCharsets.UTF_8.decode(thing.namespace().duplicate()).toString(), 1L, Long::sum);
    }
    return counts;
  }

  /** What there is of a kind that belongs to no key. */
  Collection<StateEntry> entries(StateEntry.Kind kind) {
    return others.getOrDefault(kind, Map.of()).values();
  }
}
