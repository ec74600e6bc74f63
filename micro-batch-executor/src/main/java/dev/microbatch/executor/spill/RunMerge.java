package dev.microbatch.executor.spill;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Runs as if they were one: a key at a time, with its group in each run that has one, in the order
 * of the runs. What is in memory may be one of them.
 *
 * <p>Keys are the same if their bytes are, whatever their hashes.
 *
 * <p>Not thread-safe.
 *
 * @param <C> what is merged
 */
public final class RunMerge<C extends GroupCursor> {

  /** How many runs are merged at a time at most: each takes a block of memory. */
  public static final int MAX_RUNS = 128;

  private record Input<C extends GroupCursor>(int number, C cursor) {}

  private static final Comparator<Input<?>> ORDER =
      Comparator.<Input<?>>comparingInt(input -> input.cursor().keyGroup())
          .thenComparingInt(input -> input.cursor().hash())
          .thenComparing(input -> input.cursor().key(), Arrays::compareUnsigned)
          .thenComparingInt(Input::number);

  private final PriorityQueue<Input<C>> queue = new PriorityQueue<>(16, ORDER);
  private final List<Input<C>> current = new ArrayList<>();
  private final List<C> parts = new ArrayList<>();
  private boolean replaced;

  /**
   * Begins to merge.
   *
   * @param cursors what to merge, of each table the oldest first; none has been turned to its first
   *     group
   */
  public RunMerge(List<? extends C> cursors) {
    int number = 0;
    for (C cursor : cursors) {
      current.add(new Input<>(number++, cursor));
    }
  }

  /**
   * Turns to the next key.
   *
   * @return whether there is one
   */
  public boolean next() {
    for (Input<C> input : current) {
      if (input.cursor().next()) {
        queue.add(input);
      }
    }
    current.clear();
    parts.clear();
    replaced = false;
    Input<C> first = queue.poll();
    if (first == null) {
      return false;
    }
    take(first);
    for (Input<C> next = queue.peek(); next != null && same(first, next); next = queue.peek()) {
      take(queue.poll());
    }
    return true;
  }

  private void take(Input<C> input) {
    if (input.cursor().replaces()) {
      int table = input.cursor().table();
      parts.removeIf(part -> part.table() == table);
      replaced = true;
    }
    current.add(input);
    parts.add(input.cursor());
  }

  private boolean same(Input<C> one, Input<C> other) {
    return one.cursor().keyGroup() == other.cursor().keyGroup()
        && one.cursor().hash() == other.cursor().hash()
        && Arrays.equals(one.cursor().key(), other.cursor().key());
  }

  /** The groups of the key that count, the oldest first. Good until the next call. */
  public List<C> parts() {
    return parts;
  }

  /** Whether runs that are older than these do not count for the key. */
  public boolean replaces() {
    return replaced;
  }

  /**
   * Merges runs to one. They are released by the caller.
   *
   * @param runs the runs, the oldest first
   * @param writer takes the merged run; stays open
   * @param allStored for each run, whether all of it is in a commit
   * @return the run
   */
  public static Run toOne(List<Run> runs, RunWriter writer, List<Boolean> allStored) {
    List<Part> readers = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      readers.add(new Part(new RunReader(runs.get(i)), allStored.get(i)));
    }
    RunMerge<Part> merge = new RunMerge<>(readers);
    writer.begin();
    while (merge.next()) {
      Part first = merge.parts().get(0);
      writer.group(first.keyGroup(), first.hash(), first.key(), merge.replaces());
      for (Part part : merge.parts()) {
        RunReader in = part.reader();
        while (in.nextChunk()) {
          in.readChunk();
          writer.chunk(
              in.count(), part.allStored() || in.isStored(), in.bytes(), in.offset(), in.length());
        }
      }
    }
    return writer.end();
  }

  private record Part(RunReader reader, boolean allStored) implements RunCursor {}
}
