package dev.microbatch.executor.checkpoint;

/** Gives the files of one epoch names that nobody has used. Used by one thread at a time. */
final class Names {

  private final long epoch;
  private final String writer;
  private long commit;
  private int next;

  Names(long epoch, String writer) {
    this.epoch = epoch;
    this.writer = writer;
  }

  /** The following names belong to this commit. The same commit may be begun again. */
  void begin(long commit) {
    if (commit != this.commit) {
      this.commit = commit;
      next = 0;
    }
  }

  FileName data() {
    return new FileName(FileName.Kind.DATA, epoch, commit, writer, next++);
  }

  FileName manifest() {
    return new FileName(FileName.Kind.MANIFEST, epoch, commit, writer, next++);
  }
}
