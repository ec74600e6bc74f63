package dev.microbatch.executor;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The executor does not know how users type its settings: whoever starts it words that. */
class NoCommandLineTest {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Pattern LITERAL = Pattern.compile("\"(?:\\\\.|[^\"\\\\])*\"");
  private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-zA-Z]");

  @Test
  void noTextNamesAnOptionOfTheCommandLine() throws IOException {
    List<String> found = new ArrayList<>();
    int files = 0;
    try (Stream<Path> sources = Files.walk(SOURCES)) {
      for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
        files++;
        int line = 0;
        for (String text : Files.readAllLines(source)) {
          line++;
          if (namesAnOption(text)) {
            found.add(source.getFileName() + ":" + line + ": " + text.strip());
          }
        }
      }
    }
    assertThat("sources", files, not(0));
    assertThat(found, empty());
  }

  @Test
  void optionsAreToldFromCode() {
    assertThat(namesAnOption("f(\"in another --checkpointDir\");"), is(true));
    assertThat(namesAnOption("f(\"a \\\"b\\\"\", \"--restore=NONE\");"), is(true));
    assertThat(namesAnOption("f(\"a\", --pending, \"b--c\");"), is(false));
  }

  private static boolean namesAnOption(String line) {
    return LITERAL
        .matcher(line)
        .results()
        .anyMatch(literal -> OPTION.matcher(literal.group()).find());
  }
}
