package dev.microbatch.benchmarks.pipelines;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.ParDo;

/** Word count of a text file, which is made when it is missing. */
final class FileWordCount implements Workload {

  private static final int DISTINCT_WORDS = 50_000;

  private final Path file;
  private final long bytes;
  private WordCounts expected;

  /**
   * Creates the workload.
   *
   * @param directory where the file is
   * @param bytes the size of the file
   */
  FileWordCount(Path directory, long bytes) {
    this.file = directory.resolve("words-" + bytes + ".txt");
    this.bytes = bytes;
  }

  @Override
  public String name() {
    return "wordcount";
  }

  @Override
  public String description() {
    return "word count of a text file of " + (bytes >> 20) + " MiB";
  }

  @Override
  public String unit() {
    return "words";
  }

  @Override
  public long size() throws IOException {
    return counts().total();
  }

  @Override
  public void build(Pipeline pipeline) {
    pipeline
        .apply(TextIO.read().from(file.toString()))
        .apply("Split", ParDo.of(new SplitWords()))
        .apply(Count.perElement())
        .apply(Tally.of((count, timestamp) -> Numbers.digest(count.getKey(), count.getValue())));
  }

  @Override
  public Outcome expected() throws IOException {
    return counts().outcome();
  }

  private WordCounts counts() throws IOException {
    if (expected == null) {
      new TextGenerator(DISTINCT_WORDS).writeIfMissing(file, bytes);
      WordCounts counts = new WordCounts();
      try (BufferedReader lines = Files.newBufferedReader(file)) {
        String line;
        while ((line = lines.readLine()) != null) {
          counts.add(line);
        }
      }
      expected = counts;
    }
    return expected;
  }
}
