package dev.microbatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microbatch.benchmarks.pipelines.Outcome;
import dev.microbatch.benchmarks.pipelines.Workload;
import dev.microbatch.benchmarks.pipelines.Workloads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineBenchmarkTest {

  @TempDir Path directory;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  @Test
  void printsSpeedsAndWritesThem() throws IOException {
    Path json = directory.resolve("speeds.json");
    PipelineBenchmark.run(
        BenchmarkArguments.parse(
            "--pipelines=B4,B3",
            "--plain",
            "--scale=0.001",
            "--warmup=0",
            "--iterations=2",
            "--directory=" + directory,
            "--json=" + json),
        out);
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("B4 on MicroBatchRunner, 20,000 records"), text);
    assertTrue(text.contains("B3 on plain Java, 20,000 records"), text);
    JsonNode written = new ObjectMapper().readTree(json.toFile());
    assertEquals(3, written.size());
    assertEquals("B4", written.get(0).get("workload").asText());
    assertEquals(2, written.get(0).get("iterations").size());
    assertTrue(written.get(0).get("medianPerSecond").asDouble() > 0);
  }

  @Test
  void printsTheHottestFrames() throws IOException {
    PipelineBenchmark.run(
        BenchmarkArguments.parse(
            "--pipelines=B4", "--scale=0.05", "--warmup=0", "--iterations=1", "--profile"),
        out);
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(text.contains("top frames of"), text);
    assertTrue(text.contains("%  dev.microbatch."), text);
  }

  @Test
  void aWrongResultFails() {
    Workload workload = Workloads.all(directory, 0.001).get("B4");
    Harness harness = new Harness(BenchmarkArguments.parse("--warmup=0"), new Report(out));
    assertThrows(
        WrongResultException.class,
        () -> harness.measure(workload, new Nothing(), new Outcome(1, 1)));
  }

  @Test
  void theMedianAndTheBestAreOfTheSpeeds() {
    Measurement measurement =
        new Measurement(
            "w",
            "r",
            "records",
            1_000,
            List.of(
                new Iteration(4_000_000, 8_000_000, 0),
                new Iteration(1_000_000, 2_000_000, 0),
                new Iteration(2_000_000, 4_000_000, 0),
                new Iteration(2_000_000, 6_000_000, 0)));
    assertEquals(500_000, measurement.medianPerSecond());
    assertEquals(1_000_000, measurement.bestPerSecond());
    assertEquals(5_000, measurement.medianCpuNanos());
  }

  /** Does nothing. */
  private static final class Nothing implements Subject {
    @Override
    public String runner() {
      return "nothing";
    }

    @Override
    public void prepare() {}

    @Override
    public void run() {}

    @Override
    public Outcome outcome() {
      return Outcome.EMPTY;
    }
  }
}
