package dev.microbatch.executor.state;

import dev.microbatch.executor.memory.SpillDirectory;
import dev.microbatch.executor.spill.Run;
import dev.microbatch.executor.spill.RunMerge;
import dev.microbatch.executor.spill.RunWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * What has left memory of a table, the oldest first.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class TableRuns {

  private List<Run> runs = new ArrayList<>();

  /** How many at the front are in a commit, all of them. */
  private int stored;

  boolean isEmpty() {
    return runs.isEmpty();
  }

  /** All of them. Not to be changed; whoever keeps one beyond the table holds it. */
  List<Run> all() {
    return runs;
  }

  /** Those that are not, or not as a whole, in a commit. */
  List<Run> unstored() {
    return runs.subList(stored, runs.size());
  }

  /** Says that all of them are in a commit. */
  void markStored() {
    stored = runs.size();
  }

  /** How many groups are in them: a key counts once for each run that it is in. */
  long groups() {
    return runs.stream().mapToLong(Run::groups).sum();
  }

  /** Adds the newest one. If they are many then, they are merged. */
  void add(Run run, SpillDirectory directory) {
    runs.add(run);
    if (runs.size() > RunMerge.MAX_RUNS) {
      merge(directory);
    }
  }

  /** Merges them to one. */
  void merge(SpillDirectory directory) {
    List<Boolean> allStored = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      allStored.add(i < stored);
    }
    Run merged;
    try (RunWriter writer = new RunWriter(directory, runs.stream().mapToLong(Run::length).sum())) {
      merged = RunMerge.toOne(runs, writer, allStored);
    }
    boolean whole = stored == runs.size();
    release();
    runs.add(merged);
    stored = whole ? 1 : 0;
  }

  /** Lets go of them. */
  void release() {
    runs.forEach(Run::release);
    runs = new ArrayList<>();
    stored = 0;
  }
}
