package dev.microbatch.executor.checkpoint;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Gives the files of one epoch names that nobody has used. Used by one thread at a time. */
final class Names {

  private static final SecureRandom RANDOM = new SecureRandom();

  private final long epoch;
  private final String writer;
  private long commit;
  private int next;

  Names(long epoch, String writer) {
    this.epoch = epoch;
    this.writer = writer;
  }

  /** The name of a writer that nobody else has. */
  static String newWriter() {
    byte[] bytes = new byte[8];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
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
