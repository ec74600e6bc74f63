package dev.microbatch.examples;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.beam.sdk.options.PipelineOptions;

/** Runs examples as a user does, and reads what they wrote. */
public final class Launch {

  /**
   * The runner of every test in this module. To see what another one makes of the examples, put it
   * on the class path and name it: {@code -Dexamples.runner=DirectRunner}.
   */
  public static final String RUNNER =
      "--runner=" + System.getProperty("examples.runner", "MicroBatchRunner");

  private Launch() {}

  /**
   * What came of a run.
   *
   * @param status exit status
   * @param errors what it told the user about mistakes
   */
  record Outcome(int status, String errors) {}

  /** Runs an example in this JVM. */
  static <T extends PipelineOptions> Outcome run(
      Class<T> optionsType, Example.Work<T> work, String... args) {
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int status =
        Example.run(
            withRunner(args),
            optionsType,
            work,
            new PrintStream(errors, true, StandardCharsets.UTF_8));
    return new Outcome(status, errors.toString(StandardCharsets.UTF_8));
  }

  static Outcome wordCount(String... args) {
    return run(WordCountOptions.class, WordCount::run, args);
  }

  static Outcome logReport(String... args) {
    return run(LogReportOptions.class, LogReport::run, args);
  }

  static Outcome logGenerator(String... args) {
    return run(LogGeneratorOptions.class, LogGenerator::run, args);
  }

  /** The arguments after {@link #RUNNER}. */
  static String[] withRunner(String... args) {
    return Stream.concat(Stream.of(RUNNER), Stream.of(args)).toArray(String[]::new);
  }

  /** The lines of all files whose names begin with a prefix, sorted. */
  static List<String> sortedLines(Path prefix) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path file : files(prefix)) {
      lines.addAll(Files.readAllLines(file));
    }
    lines.sort(null);
    return lines;
  }

  /** The files whose names begin with a prefix. */
  static TreeSet<Path> files(Path prefix) throws IOException {
    TreeSet<Path> files = new TreeSet<>();
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(prefix.getParent(), prefix.getFileName() + "*")) {
      found.forEach(files::add);
    }
    return files;
  }
}
