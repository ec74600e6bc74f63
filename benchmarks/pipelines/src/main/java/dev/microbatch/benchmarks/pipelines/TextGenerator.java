package dev.microbatch.benchmarks.pipelines;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Text of which the same seedless recipe always makes the same: words of a {@link Vocabulary}, Zipf
 * distributed, ten to a line.
 */
public final class TextGenerator {

  /** How many words a line has. */
  static final int WORDS_PER_LINE = 10;

  private static final int BUFFER_BYTES = 1 << 20;

  private final Zipf zipf;
  private final String[] words;

  /**
   * Creates a generator.
   *
   * @param distinctWords how many words it knows
   */
  public TextGenerator(int distinctWords) {
    this.zipf = new Zipf(distinctWords);
    this.words = new String[distinctWords];
    for (int rank = 0; rank < distinctWords; rank++) {
      words[rank] = Vocabulary.word(rank);
    }
  }

  /**
   * A line.
   *
   * @param number which one
   */
  public String line(long number) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < WORDS_PER_LINE; i++) {
      if (i > 0) {
        line.append(' ');
      }
      line.append(words[zipf.rank(number * WORDS_PER_LINE + i)]);
    }
    return line.toString();
  }

  /**
   * Writes lines into a file until it has a size, unless it is there already. A file is there only
   * when it is complete.
   *
   * @param file the file; its directory is made
   * @param bytes the least size, which the last line may exceed
   * @throws IOException if the file cannot be written
   */
  public void writeIfMissing(Path file, long bytes) throws IOException {
    if (Files.exists(file)) {
      return;
    }
    Files.createDirectories(file.toAbsolutePath().getParent());
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(unfinished), BUFFER_BYTES)) {
      long written = 0;
      for (long number = 0; written < bytes; number++) {
        byte[] line = line(number).getBytes(StandardCharsets.US_ASCII);
        out.write(line);
        out.write('\n');
        written += line.length + 1;
      }
    }
    Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
