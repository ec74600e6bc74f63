package dev.microbatch.executor.spill;

import dev.microbatch.executor.memory.SpillFile;

/**
 * A sorted run of groups: a part of a file. It holds the file, as others may that are in it.
 *
 * <p>Thread-safe.
 */
public final class Run {

  private final SpillFile file;
  private final long start;
  private final long length;
  private final long groups;

  /**
   * Creates it, as one more holder of its file.
   *
   * @param file the file
   * @param start where the first block begins in it
   * @param length how long the stream is
   * @param groups how many groups are in it
   */
  Run(SpillFile file, long start, long length, long groups) {
    this.file = file;
    this.start = start;
    this.length = length;
    this.groups = groups;
    file.retain();
  }

  SpillFile file() {
    return file;
  }

  long start() {
    return start;
  }

  /** How long it is, in bytes. */
  public long length() {
    return length;
  }

  /** How many groups are in it. */
  public long groups() {
    return groups;
  }

  /** Holds its file once more. */
  public void retain() {
    file.retain();
  }

  /** Lets go of its file. */
  public void release() {
    file.release();
  }
}
