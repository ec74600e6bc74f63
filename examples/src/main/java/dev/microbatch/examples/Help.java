package dev.microbatch.examples;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/**
 * What {@code --help} shows: the options of the example, and the few of the runner that matter to
 * it. Beam would list interfaces. {@code --help=NAME} is left to Beam, which explains all options
 * of one of these.
 */
final class Help {
  private static final String RUNNER_OPTIONS = "MicroBatchPipelineOptions";

  /** Options of the runner, if it is on the class path. */
  private static final List<String> OF_RUNNER =
      List.of("parallelism", "checkpointDir", "checkpointIntervalMillis", "dryRun");

  private Help() {}

  /**
   * Prints help.
   *
   * @param type the options of an example; its description says what the example does
   * @param isPipeline whether the example needs a runner
   */
  static void print(Class<? extends PipelineOptions> type, boolean isPipeline, PrintStream out) {
    Description description = type.getAnnotation(Description.class);
    out.println(type.getSimpleName().replace("Options", "") + ": " + description.value());
    out.println();
    entries(type).values().forEach(out::print);
    if (isPipeline) {
      out.println();
      printRunner(out);
    }
  }

  private static void printRunner(PrintStream out) {
    out.println("Of the runner:");
    out.println();
    out.println("  --runner=<name>");
    out.println("    Default: MicroBatchRunner");
    PipelineOptionsFactory.getRegisteredOptions().stream()
        .filter(options -> options.getSimpleName().equals(RUNNER_OPTIONS))
        .forEach(
            options -> {
              Map<String, String> entries = entries(options);
              OF_RUNNER.forEach(name -> out.print(entries.getOrDefault(name, "")));
              out.println();
              out.println("--help=" + RUNNER_OPTIONS + " shows all of them.");
            });
  }

  /** What Beam says of each option that an interface itself declares, by its name. */
  private static Map<String, String> entries(Class<? extends PipelineOptions> type) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PipelineOptionsFactory.printHelp(new PrintStream(text, true, StandardCharsets.UTF_8), type);
    Map<String, List<String>> entries = new LinkedHashMap<>();
    boolean own = false;
    String option = null;
    for (String line : text.toString(StandardCharsets.UTF_8).lines().toList()) {
      if (!line.isEmpty() && !line.startsWith(" ")) {
        own = line.equals(type.getName() + ":");
        option = null;
      } else if (own && line.startsWith("  --")) {
        option = line.substring("  --".length(), line.indexOf('='));
      }
      if (own && option != null && !line.isBlank()) {
        entries.computeIfAbsent(option, name -> new ArrayList<>()).add(line);
      }
    }
    Map<String, String> texts = new LinkedHashMap<>();
    entries.forEach(
        (name, lines) ->
            texts.put(name, String.join(System.lineSeparator(), lines) + System.lineSeparator()));
    return texts;
  }
}
