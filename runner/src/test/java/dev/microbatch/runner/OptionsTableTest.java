package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;

/** The table of options in the README says what {@code --help=MicroBatchPipelineOptions} says. */
class OptionsTableTest {
  private static final Pattern HELP_OPTION = Pattern.compile("  --(\\w+)=<(.*)>");
  private static final Pattern HELP_DEFAULT = Pattern.compile("    Default: (\\S+)");

  /** How help names a default that is computed. Those of enums have no small letters. */
  private static final Pattern COMPUTED = Pattern.compile("[A-Z]\\w*[a-z]\\w*");

  private static final Pattern README_OPTION = Pattern.compile("`--(\\w+)`");

  /** What is told of an option: values of an enum, else the type; a default if there is one. */
  private record Told(List<String> values, @Nullable String defaultValue) {}

  @Test
  void helpAndReadmeListTheSameOptions() throws IOException {
    assertThat(help().keySet(), not(empty()));
    assertThat(new TreeSet<>(readme().keySet()), equalTo(new TreeSet<>(help().keySet())));
  }

  @Test
  void helpAndReadmeGiveTheSameDefaultsAndValues() throws IOException {
    Map<String, String> readme = readme();
    List<String> wrong = new ArrayList<>();
    help()
        .forEach(
            (option, told) -> {
              String row = readme.getOrDefault(option, "");
              String shown = row.split("\\|", -1)[row.isEmpty() ? 0 : 2].strip().replace("`", "");
              if (told.defaultValue() != null && !shown.equals(told.defaultValue())) {
                wrong.add(option + ": default " + told.defaultValue() + ", in the README " + shown);
              }
              for (String value : told.values()) {
                if (!row.contains("`" + value + "`")) {
                  wrong.add(option + ": " + value + " is not in the README");
                }
              }
            });
    assertThat(wrong, empty());
  }

  /** The rows of the table that begin with an option of this runner, by option. */
  private static Map<String, String> readme() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("..", "README.md"))) {
      if (line.startsWith("| `--")) {
        Matcher option = README_OPTION.matcher(line.split("\\|", -1)[1]);
        while (option.find()) {
          rows.put(option.group(1), line);
        }
      }
    }
    return rows;
  }

  /** What help says of the options that this runner adds to those of Beam. */
  private static Map<String, Told> help() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PipelineOptionsFactory.printHelp(
        new PrintStream(text, true, StandardCharsets.UTF_8), MicroBatchPipelineOptions.class);
    Map<String, Told> options = new TreeMap<>();
    boolean own = false;
    String option = null;
    for (String line : text.toString(StandardCharsets.UTF_8).lines().toList()) {
      Matcher named = HELP_OPTION.matcher(line);
      Matcher defaulted = HELP_DEFAULT.matcher(line);
      if (line.endsWith(":") && !line.startsWith(" ")) {
        own = line.startsWith("dev.microbatch.");
      } else if (own && named.matches()) {
        option = named.group(1);
        boolean chosen = named.group(2).contains("|");
        options.put(
            option, new Told(chosen ? List.of(named.group(2).split(" \\| ")) : List.of(), null));
      } else if (own && defaulted.matches() && !COMPUTED.matcher(defaulted.group(1)).matches()) {
        options.put(option, new Told(options.get(option).values(), defaulted.group(1)));
      }
    }
    return options;
  }
}
