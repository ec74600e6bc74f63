package dev.microbatch.conformance.report;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {

  @Test
  void itsNumbersAreThoseOfTheScoreboard() throws IOException {
    String scoreboard = Files.readString(Path.of("SCOREBOARD.md"));
    int start = scoreboard.indexOf("<!-- summary -->\n");
    int end = scoreboard.indexOf("<!-- end of summary -->");
    assertThat("a summary between its comments", end, greaterThan(start));
    String summary = scoreboard.substring(start, end).replace("<!-- summary -->\n", "");

    assertThat(Files.readString(Path.of("..", "README.md")), containsString(summary));
  }
}
