package dev.microbatch.executor.source;

import java.io.EOFException;
import java.io.IOException;

/** Says which split of a source could not be opened or read, and how far it had been read. */
final class SplitFailure {

  private SplitFailure() {}

  /**
   * Names the split.
   *
   * @param source the split
   * @param index its index among the splits of its step
   * @param records how many records of it had been read
   * @param thrown what the source threw
   * @return what to throw instead
   * @throws LinkageError if that was one: the class path is wrong, and another attempt is in vain
   */
  static IOException of(Object source, int index, long records, Throwable thrown) {
    String where =
        records == 0 ? " cannot be opened: " : " cannot be read behind record " + records + ": ";
    String what = "Split " + index + " of the source, " + name(source) + "," + where;
    if (thrown instanceof LinkageError) {
      throw new LinkageError(what + missing(thrown), thrown);
    }
    String truncated =
        thrown instanceof EOFException
            ? ". Its data ends in the middle: it is truncated, or still being written"
            : "";
    return new IOException(what + thrown + truncated, thrown);
  }

  /** What the source calls itself, such as a file and a range of it; otherwise its class. */
  static String name(Object source) {
    String type = source.getClass().getName();
    try {
      String name = source.toString();
      return name == null || name.startsWith(type + "@") ? type : name;
    } catch (RuntimeException e) {
      return type;
    }
  }

  private static String missing(Throwable thrown) {
    boolean zstd = String.valueOf(thrown.getMessage()).contains("zstd");
    return "a class is missing on the class path ("
        + thrown
        + "). "
        + (zstd
            ? "Add com.github.luben:zstd-jni, which reads .zst files"
            : "Add the library that it belongs to");
  }
}
