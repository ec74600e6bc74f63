package dev.microbatch.benchmarks.pipelines;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.microbatch.runner.MicroBatchRunner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Small sizes of all pipelines, and of the programs written by hand. */
class PipelinesTest {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir static Path directory;

  @TestFactory
  Stream<DynamicTest> everyPipelineHasTheExpectedOutcome() {
    return workloads(new Sizes(5_000, 7, 42))
        .map(workload -> limited(workload, () -> check(workload, MicroBatchRunner.class)));
  }

  @TestFactory
  Stream<DynamicTest> anotherRunnerHasTheSameOutcome() {
    return workloads(new Sizes(300, 5, 1))
        .map(workload -> limited(workload, () -> check(workload, DirectRunner.class)));
  }

  @TestFactory
  Stream<DynamicTest> theWorkloadsOfOneRunnerHaveTheExpectedOutcome() {
    return Stream.of("maps", "sum", "wordcount")
        .map(name -> Workloads.all(directory, 0.0005).get(name))
        .map(workload -> limited(workload, () -> check(workload, MicroBatchRunner.class)));
  }

  /** More than a block and a chunk for each thread, so that threads do exchange. */
  @TestFactory
  Stream<DynamicTest> everyProgramWrittenByHandHasTheExpectedOutcome() {
    return workloads(new Sizes(30_000, 3_000, 42))
        .filter(PlainJava.class::isInstance)
        .map(
            workload ->
                limited(
                    workload,
                    () -> {
                      Outcome expected = workload.expected();
                      for (int threads = 1; threads <= 3; threads++) {
                        assertThat(((PlainJava) workload).runPlain(threads), is(expected));
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> anotherSeedHasAnotherOutcome() {
    return Catalogue.all().stream()
        .filter(entry -> !entry.name().equals("B4")) // has no keys
        .map(
            entry -> {
              Workload one = entry.of(new Sizes(2_000, 100, 1));
              Workload two = entry.of(new Sizes(2_000, 100, 2));
              return limited(one, () -> assertThat(one.expected(), is(not(two.expected()))));
            });
  }

  private static Stream<Workload> workloads(Sizes sizes) {
    return Catalogue.all().stream().map(entry -> entry.of(sizes));
  }

  /** The timeout of the build does not reach dynamic tests. */
  private static DynamicTest limited(Workload workload, Executable test) {
    return dynamicTest(workload.name(), () -> assertTimeoutPreemptively(PATIENCE, test));
  }

  private static void check(Workload workload, Class<? extends PipelineRunner<?>> runner)
      throws IOException {
    Outcome expected = workload.expected(); // makes its input, too
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(runner);
    Pipeline pipeline = Pipeline.create(options);
    workload.build(pipeline);
    Tally.reset();
    pipeline.run().waitUntilFinish();
    assertThat(Tally.total(), is(expected));
  }
}
