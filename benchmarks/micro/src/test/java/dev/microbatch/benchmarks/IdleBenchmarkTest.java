package dev.microbatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.microbatch.benchmarks.idle.Quiet;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class IdleBenchmarkTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void everyStreamIsMeasuredAndRecordsArrive() {
    assertTrue(IdleBenchmark.run(out, "--seconds=1", "--warm-up=1"));

    String text = bytes.toString(StandardCharsets.UTF_8);
    assertEquals(
        Quiet.values().length,
        text.lines().filter(line -> line.contains("of a core")).count(),
        text);
    assertEquals(1, text.lines().filter(line -> line.contains("records in")).count(), text);
  }

  @Test
  void aPipelineThatTakesMoreThanItMayFailsTheBenchmark() {
    assertFalse(IdleBenchmark.run(out, "--seconds=1", "--warm-up=0", "--most=1"));
  }

  @Test
  void aValueThatIsNoNumberIsRefused() {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> IdleBenchmark.run(out, "--seconds=few"));

    assertTrue(refused.getMessage().contains("--seconds=few"), refused.getMessage());
  }
}
