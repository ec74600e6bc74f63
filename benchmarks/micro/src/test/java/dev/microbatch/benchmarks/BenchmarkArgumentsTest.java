package dev.microbatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.microbatch.benchmarks.pipelines.Workload;
import dev.microbatch.benchmarks.pipelines.Workloads;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchmarkArgumentsTest {

  @Test
  void nothingIsNeeded() {
    BenchmarkArguments arguments = BenchmarkArguments.parse();
    assertEquals(List.of("maps", "sum", "wordcount"), arguments.pipelines());
    assertArrayEquals(
        new String[] {"--runner=MicroBatchRunner", "--parallelism=2"}, arguments.beamArguments());
    assertFalse(arguments.profile());
  }

  @Test
  void unknownOptionsArePassedOnToTheRunner() {
    BenchmarkArguments arguments =
        BenchmarkArguments.parse("--specializedAggregators=false", "--iterations=3", "--plain");
    assertEquals(3, arguments.iterations());
    assertTrue(arguments.plain());
    assertEquals(List.of("--specializedAggregators=false"), arguments.runnerArguments());
  }

  @Test
  void aProfileMayBeKept() {
    assertTrue(BenchmarkArguments.parse("--profile").profile());
    BenchmarkArguments arguments = BenchmarkArguments.parse("--profile=a.jfr");
    assertTrue(arguments.profile());
    assertEquals(Optional.of(Path.of("a.jfr")), arguments.recording());
  }

  @Test
  void badValuesAreRefusedByName() {
    for (String bad :
        List.of("--iterations=0", "--warmup=x", "--parallelism=-1", "--scale=0", "--scale=much")) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> BenchmarkArguments.parse(bad))
              .getMessage();
      assertTrue(message.startsWith(bad + " is not accepted"), message);
    }
    assertThrows(IllegalArgumentException.class, () -> BenchmarkArguments.parse("maps"));
  }

  @Test
  void pipelinesAreChosenByName() {
    Map<String, Workload> known = Workloads.all(Path.of("."), 1);
    assertEquals(
        List.of(known.get("B3"), known.get("maps")),
        BenchmarkArguments.parse("--pipelines=B3,maps").choose(known));
    assertEquals(known.size(), BenchmarkArguments.parse("--pipelines=all").choose(known).size());
    assertThrows(
        IllegalArgumentException.class,
        () -> BenchmarkArguments.parse("--pipelines=mops").choose(known));
  }
}
