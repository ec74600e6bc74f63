package dev.microbatch.executor.checkpoint;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a file of ours: {@code <kind>-<epoch>-<commit>-<writer>-<number>.<suffix>}. Numbers
 * are padded with zeros, so that names sort as files do. The writer is random, so that no two ever
 * write the same name.
 *
 * @param kind what is in it
 * @param epoch the epoch of the writer
 * @param commit the commit that it belongs to; 0 for a claim
 * @param writer who wrote it: 16 hex digits
 * @param number tells the files of one commit apart, those of failed attempts included
 */
record FileName(Kind kind, long epoch, long commit, String writer, int number)
    implements Comparable<FileName> {

  /** What is in a file. */
  enum Kind {
    /** That an epoch has begun. */
    CLAIM('c', "claim"),
    /** What a checkpoint consists of. */
    MANIFEST('m', "json"),
    /** State and attachments. */
    DATA('d', "bin");

    private final char letter;
    private final String suffix;

    Kind(char letter, String suffix) {
      this.letter = letter;
      this.suffix = suffix;
    }
  }

  private static final Pattern PATTERN =
      Pattern.compile("([cmd])-(\\d{10})-(\\d{19})-([0-9a-f]{16})-(\\d{4,9})\\.([a-z]+)");

  private static final Comparator<FileName> ORDER =
      Comparator.comparingLong(FileName::epoch)
          .thenComparingLong(FileName::commit)
          .thenComparingInt(FileName::number)
          .thenComparing(FileName::writer)
          .thenComparing(FileName::kind);

  static FileName claim(long epoch, String writer) {
    return new FileName(Kind.CLAIM, epoch, 0, writer, 0);
  }

  /** The parts of a name, or nothing if the file is not one of ours. */
  static Optional<FileName> parse(String name) {
    Matcher matcher = PATTERN.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    for (Kind kind : Kind.values()) {
      if (kind.letter == matcher.group(1).charAt(0) && kind.suffix.equals(matcher.group(6))) {
        try {
          return Optional.of(
              new FileName(
                  kind,
                  Long.parseLong(matcher.group(2)),
                  Long.parseLong(matcher.group(3)),
                  matcher.group(4),
                  Integer.parseInt(matcher.group(5))));
        } catch (NumberFormatException e) {
          return Optional.empty(); // 19 digits that are more than a long
        }
      }
    }
    return Optional.empty();
  }

  /** By epoch, commit and number. */
  @Override
  public int compareTo(FileName other) {
    return ORDER.compare(this, other);
  }

  /** The name itself. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%c-%010d-%019d-%s-%04d.%s",
        kind.letter,
        epoch,
        commit,
        writer,
        number,
        kind.suffix);
  }
}
