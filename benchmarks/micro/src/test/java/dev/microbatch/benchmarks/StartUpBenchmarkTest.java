package dev.microbatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartUpBenchmarkTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private List<String> lines() {
    return bytes.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void everyPipelineIsMeasuredAndFewElementsWithMuchWorkAreShared() {
    StartUpBenchmark.run(
        out, "--runs=1", "--creates=20", "--steps=20", "--work=5", "--parallelism=3");

    assertEquals(3, lines().size(), lines()::toString);
    assertTrue(lines().get(0).startsWith("20 Creates, run 1: "), lines()::toString);
    assertTrue(lines().get(1).startsWith("20 ParDos in a row, run 1: "), lines()::toString);
    assertTrue(lines().get(2).endsWith(" ms, 3 threads"), lines()::toString);
  }

  @Test
  void whatWatchingCostsIsMeasured() {
    WatchBenchmark.run(out, "--times=100", "--runs=3", "--parallelism=2");

    assertEquals(3, lines().size(), lines()::toString);
    assertTrue(lines().get(0).startsWith("a lap: "), lines()::toString);
    assertTrue(
        lines().get(1).startsWith("a batch of 2 stages at parallelism 2, followed by another: "),
        lines()::toString);
  }

  @Test
  void anEmptyBatchIsMeasured() {
    EmptyBatchBenchmark.run(out, "--batches=100", "--runs=3", "--parallelism=2");

    assertEquals(1, lines().size(), lines()::toString);
    assertTrue(
        lines().get(0).startsWith("an empty batch of 2 stages at parallelism 2: "),
        lines()::toString);
  }

  @Test
  void whatIsNotAnOptionIsRefusedByName() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> EmptyBatchBenchmark.run(out, "--batch=1"));

    assertTrue(refused.getMessage().contains("--batch=1"), refused.getMessage());
  }
}
