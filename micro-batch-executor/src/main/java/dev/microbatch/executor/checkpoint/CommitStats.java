package dev.microbatch.executor.checkpoint;

import java.util.List;

/**
 * What a commit has cost.
 *
 * @param commit its number
 * @param bytes how many bytes were written, the manifest included
 * @param files in how many files
 * @param nanos how long it took, in nanoseconds; only the last attempt, if there were several
 * @param attempts how often it was tried
 * @param steps what is kept by each step that keeps anything, the step that has written most first
 */
public record CommitStats(
    long commit, long bytes, int files, long nanos, int attempts, List<StepBytes> steps) {

  /** Copies the list. */
  public CommitStats {
    steps = List.copyOf(steps);
  }

  /** The same, with so many attempts. */
  public CommitStats withAttempts(int count) {
    return new CommitStats(commit, bytes, files, nanos, count, steps);
  }
}
