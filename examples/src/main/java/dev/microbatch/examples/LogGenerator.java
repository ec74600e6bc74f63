package dev.microbatch.examples;

import dev.microbatch.examples.generate.AccessLog;
import dev.microbatch.examples.generate.LogLine;
import dev.microbatch.examples.generate.Totals;
import dev.microbatch.examples.log.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/**
 * Writes an access log of any size for {@link LogReport} to read, some lines of it malformed. What
 * is true of the log, counted while it was made, goes to standard output and to a file beside it,
 * as JSON: a report can be compared with that. See {@link LogGeneratorOptions}.
 *
 * <p>This is no pipeline and needs no runner.
 */
public final class LogGenerator {
  private LogGenerator() {}

  /**
   * Writes a log.
   *
   * @param args options as {@code --name=value}; {@code --help} lists them
   */
  public static void main(String[] args) {
    Example.main(args, LogGeneratorOptions.class, LogGenerator::run);
  }

  static void run(LogGeneratorOptions options) throws IOException {
    check(options);
    Path output = Path.of(options.getOutput());
    Files.createDirectories(output.toAbsolutePath().getParent());
    String figures = Json.pretty(write(options, output).figures());
    Files.writeString(Path.of(output + ".totals.json"), figures + "\n");
    System.out.println(figures);
  }

  private static Totals write(LogGeneratorOptions options, Path output) throws IOException {
    AccessLog log =
        new AccessLog(
            options.getSeed(),
            options.getLogFormat(),
            options.getMalformedPercent() / 100,
            options.getClients(),
            options.getRequestsPerMinute());
    Totals totals = new Totals();
    try (Writer writer = open(output)) {
      for (long i = 0; i < options.getLines(); i++) {
        LogLine line = log.next();
        writer.write(line.text());
        writer.write('\n');
        totals.add(line);
      }
    }
    return totals;
  }

  private static Writer open(Path output) throws IOException {
    OutputStream file = Files.newOutputStream(output);
    OutputStream bytes = output.toString().endsWith(".gz") ? new GZIPOutputStream(file) : file;
    return new BufferedWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8), 1 << 16);
  }

  private static void check(LogGeneratorOptions options) {
    FileOptions.checkOutputFile("output", options.getOutput());
    double percent = options.getMalformedPercent();
    if (!(percent >= 0 && percent <= 100)) {
      throw new UserMistake("--malformedPercent=" + percent + ": give 0 to 100");
    }
    checkAtLeast(0, "lines", options.getLines());
    checkAtLeast(1, "clients", options.getClients());
    checkAtLeast(1, "requestsPerMinute", options.getRequestsPerMinute());
  }

  private static void checkAtLeast(long least, String option, long value) {
    if (value < least) {
      throw new UserMistake("--" + option + "=" + value + ": give " + least + " or more");
    }
  }
}
