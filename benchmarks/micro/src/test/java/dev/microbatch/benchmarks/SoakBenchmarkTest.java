package dev.microbatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.microbatch.benchmarks.soak.Tally;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SoakBenchmarkTest {

  @TempDir Path directory;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void aShortSoakHasResultsOfEveryKind() throws IOException {
    SoakBenchmark.run(
        out,
        "--seconds=8",
        "--warm-up=2",
        "--every=2",
        "--records=500",
        "--ids=100",
        "--id-seconds=1",
        "--directory=" + directory);

    String text = bytes.toString(StandardCharsets.UTF_8);
    for (Tally tally : Tally.values()) {
      if (tally != Tally.WITHOUT_TICKS) {
        assertTrue(tally.get() > 0, tally + " in " + text);
      }
    }
    assertTrue(Tally.TICKS.get() <= 8 * 100 / 2 + 100, "each tick counts once: " + text);
    assertEquals(4, text.lines().filter(line -> line.contains(" at first, ")).count(), text);
  }

  @Test
  void tooFewLooksAreRefused() {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> SoakBenchmark.run(out, "--seconds=20"));

    assertTrue(refused.getMessage().contains("--seconds=20"), refused.getMessage());
  }
}
