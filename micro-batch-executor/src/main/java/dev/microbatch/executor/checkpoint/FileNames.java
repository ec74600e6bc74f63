package dev.microbatch.executor.checkpoint;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The names of files in a checkpoint directory. No two writers, and no two attempts of one, ever
 * write the same name.
 *
 * <pre>
 *   m-&lt;epoch&gt;-&lt;commit&gt;-&lt;n&gt;-&lt;writer&gt;.json    a manifest
 *   d-&lt;epoch&gt;-&lt;commit&gt;-&lt;n&gt;-&lt;writer&gt;.bin     data
 * </pre>
 *
 * @param kind {@code m} or {@code d}
 * @param epoch the epoch of the writer
 * @param commit the number of the commit
 * @param count how many files the writer had written before
 * @param writer the id of the writer
 */
record FileNames(char kind, long epoch, long commit, long count, String writer)
    implements Comparable<FileNames> {

  static final char MANIFEST = 'm';
  static final char DATA = 'd';

  private static final Pattern PATTERN =
      Pattern.compile("([md])-(\\d{10})-(\\d{16})-(\\d{10})-([0-9a-f]+)\\.(json|bin)");

  private static final Comparator<FileNames> ORDER =
      Comparator.comparingLong(FileNames::epoch)
          .thenComparingLong(FileNames::commit)
          .thenComparingLong(FileNames::count)
          .thenComparing(FileNames::writer);

  /** Takes a name apart; null if it is none of ours. */
  static @Nullable FileNames parse(String name) {
    Matcher matcher = PATTERN.matcher(name);
    return matcher.matches()
        ? new FileNames(
            matcher.group(1).charAt(0),
            Long.parseLong(matcher.group(2)),
            Long.parseLong(matcher.group(3)),
            Long.parseLong(matcher.group(4)),
            matcher.group(5))
        : null;
  }

  /** The name of the file. */
  String name() {
    String extension = kind == MANIFEST ? "json" : "bin";
    return String.format(
        "%s-%010d-%016d-%010d-%s.%s", kind, epoch, commit, count, writer, extension);
  }

  /** By epoch, then by commit. */
  @Override
  public int compareTo(FileNames other) {
    return ORDER.compare(this, other);
  }
}
