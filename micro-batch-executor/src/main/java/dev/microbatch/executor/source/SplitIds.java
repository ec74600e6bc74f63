package dev.microbatch.executor.source;

import dev.microbatch.executor.state.RecordIdEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The ids of one split, in two generations: what was seen since the last change of generations, and
 * what was seen in the time before. In commits each chunk of a generation is an entry, which is
 * written when it has grown; of a generation that is forgotten, the entries are removed.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class SplitIds {

  private Generation current;
  private @Nullable Generation previous;

  /** Entries that commits may hold and that are to be removed from them. */
  private final List<String> gone = new ArrayList<>();

  /** Ids that were stored one by one, by an older version. */
  private final List<Id> loose = new ArrayList<>();

  /** Restored chunks by generation and number, which may come in any order. */
  private final TreeMap<Long, TreeMap<Integer, byte[]>> restored = new TreeMap<>();

  /** The hash of a record's id. */
  record Id(long high, long low) {}

  /** Takes what was captured. */
  @FunctionalInterface
  interface Capture {
    /**
     * Takes an entry.
     *
     * @param cell its name
     * @param ids the ids, two numbers each; null if the entry is to be removed
     * @param length how many ids count
     */
    void take(String cell, long @Nullable [] ids, int length);
  }

  private static final class Generation {
    final long number;
    final long startNanos;
    final IdSet ids = new IdSet();

    /** How many ids commits hold. */
    int stored;

    Generation(long number, long startNanos) {
      this.number = number;
      this.startNanos = startNanos;
    }

    String cell(int chunk) {
      return RecordIdEntry.cell(number, chunk);
    }

    void freeze(boolean whole, Capture capture) {
      if (whole || stored < ids.size()) {
        for (int chunk = whole ? 0 : stored / IdSet.CHUNK; chunk < ids.chunks(); chunk++) {
          capture.take(cell(chunk), ids.chunk(chunk), ids.lengthOf(chunk));
        }
        stored = ids.size();
      }
    }
  }

  SplitIds(long nowNanos) {
    this.current = new Generation(0, nowNanos);
  }

  /**
   * Remembers an id from now on.
   *
   * @return whether it is new
   */
  boolean add(Id id) {
    return current.ids.add(id.high(), id.low())
        && (previous == null || !previous.ids.contains(id.high(), id.low()));
  }

  /** Begins a generation, and forgets the one before the last. */
  void turn(long nowNanos) {
    forgetPrevious();
    previous = current;
    current = new Generation(previous.number + 1, nowNanos);
  }

  /** Forgets the generation before this one. */
  void forgetPrevious() {
    if (previous != null) {
      for (int chunk = 0; chunk * IdSet.CHUNK < previous.stored; chunk++) {
        gone.add(previous.cell(chunk));
      }
      previous = null;
    }
  }

  /** When this generation began. */
  long startNanos() {
    return current.startNanos;
  }

  /** How many bytes of the heap the ids of the generation before take; 0 if there is none. */
  long previousBytes() {
    return previous == null ? 0 : previous.ids.bytes();
  }

  /** How many bytes of the heap all ids take. */
  long bytes() {
    return current.ids.bytes() + previousBytes();
  }

  /**
   * Captures what commits do not hold yet.
   *
   * @param whole whether what they hold already is asked for, too
   * @param removals whether what is gone is to be said
   * @param capture takes it
   */
  void freeze(boolean whole, boolean removals, Capture capture) {
    if (removals) {
      gone.forEach(cell -> capture.take(cell, null, 0));
    }
    gone.clear();
    if (previous != null) {
      previous.freeze(whole, capture);
    }
    current.freeze(whole, capture);
  }

  /**
   * Takes an id back that was stored by itself.
   *
   * @param cell the name of its entry
   * @param id the id
   */
  void restore(String cell, Id id) {
    gone.add(cell);
    loose.add(id);
  }

  /** Takes a chunk back. */
  void restore(RecordIdEntry chunk) {
    restored
        .computeIfAbsent(chunk.generation(), generation -> new TreeMap<>())
        .put(chunk.chunk(), chunk.ids());
  }

  /**
   * Puts what was restored in its place. What was stored counts as seen now, so that the time in
   * which nothing ran does not count.
   */
  void settle(long nowNanos) {
    for (Map.Entry<Long, TreeMap<Integer, byte[]>> stored : restored.entrySet()) {
      Generation generation = new Generation(stored.getKey(), nowNanos);
      for (byte[] value : stored.getValue().values()) {
        ByteBuffer ids = ByteBuffer.wrap(value);
        while (ids.hasRemaining()) {
          generation.ids.add(ids.getLong(), ids.getLong());
        }
      }
      generation.stored = generation.ids.size();
      forgetPrevious();
      previous = stored.getKey().equals(restored.firstKey()) ? null : current;
      current = generation;
    }
    restored.clear();
    loose.forEach(id -> current.ids.add(id.high(), id.low()));
    loose.clear();
  }
}
