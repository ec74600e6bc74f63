package dev.microbatch.benchmarks.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.microbatch.runner.MicroBatchRunner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Small sizes of all workloads. */
class WorkloadsTest {

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @TempDir static Path directory;

  @TestFactory
  Stream<DynamicTest> everyPipelineHasTheExpectedOutcome() {
    return workloads(0.002)
        .map(
            workload ->
                limitedTest(
                    workload.name(),
                    () ->
                        assertEquals(workload.expected(), run(workload, MicroBatchRunner.class))));
  }

  @TestFactory
  Stream<DynamicTest> everyHandWrittenVariantHasTheExpectedOutcome() {
    return workloads(0.002)
        .filter(PlainJava.class::isInstance)
        .map(
            workload ->
                limitedTest(
                    workload.name(),
                    () -> assertEquals(workload.expected(), ((PlainJava) workload).runPlain(2))));
  }

  @TestFactory
  Stream<DynamicTest> anotherRunnerHasTheSameOutcome() {
    List<Workload> few =
        List.of(
            new Maps("maps", 1_000),
            new WordCount(1_000),
            new SlidingCount(200, 10),
            new SessionCount(200, 10),
            new StatefulSum(200, 10),
            new Join(200, 50),
            new MapSideInput(200, 50));
    return few.stream()
        .map(
            workload ->
                limitedTest(
                    workload.name(),
                    () -> assertEquals(workload.expected(), run(workload, DirectRunner.class))));
  }

  /** The timeout of the build does not reach dynamic tests. */
  private static DynamicTest limitedTest(String name, Executable test) {
    return dynamicTest(name, () -> assertTimeoutPreemptively(PATIENCE, test));
  }

  private static Stream<Workload> workloads(double scale) {
    return Workloads.all(directory, scale).values().stream();
  }

  private static Outcome run(Workload workload, Class<? extends PipelineRunner<?>> runner) {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(runner);
    Pipeline pipeline = Pipeline.create(options);
    workload.build(pipeline);
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    return Tally.read(result);
  }
}
