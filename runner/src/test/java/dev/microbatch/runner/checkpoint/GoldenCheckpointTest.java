package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.runner.MicroBatchResult;
import dev.microbatch.runner.StepFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checkpoints that were written by earlier versions, or in earlier formats, can be resumed, unless
 * they hold groupings that ran on Beam's machinery. Each is that of {@link EveryKind}, stopped by a
 * failure when a third has been read; those whose names end in {@value #ONCE} have only groupings
 * that fire once.
 *
 * <p>When the format changes, write one more, and keep those that are there:
 *
 * <pre>
 * mvn -Pfast test -pl runner -am -Dtest=GoldenCheckpointTest -Dsurefire.failIfNoSpecifiedTests=false
 *     -Dgolden.write=v2
 * </pre>
 *
 * then add {@code v2} to the versions below.
 */
class GoldenCheckpointTest {

  private static final Path RESOURCES = Path.of("src", "test", "resources", "golden");

  /** What came out of the version that wrote the checkpoint, without a crash. */
  private static final String EXPECTED = "expected.txt";

  private static final String CHECKPOINT = "checkpoint";
  private static final String ONCE = "-once";

  @ParameterizedTest
  @CsvSource({
    "v1-once,1",
    "v1-once,2",
    "v1-once,5",
    "v2-once,1",
    "v2-once,2",
    "v2-once,5",
    "v3,1",
    "v3,2",
    "v3,5"
  })
  void isResumed(String version, int parallelism, @TempDir Path temp) throws IOException {
    Path golden = RESOURCES.resolve(version);
    Path directory = copy(golden.resolve(CHECKPOINT), temp.resolve(CHECKPOINT));
    String job = "golden-" + version + "-" + parallelism;

    MicroBatchResult result =
        run(version, job, parallelism, "--checkpointDir=" + directory, "--restore=REQUIRED");

    assertThat(result.getState(), is(State.DONE));
    assertThat(result.restores(), is(1));
    assertThat(found(job), is(Files.readAllLines(golden.resolve(EXPECTED))));
    assertThat(
        EveryKind.committed(result.metrics()), is((long) TideSource.TOTAL + EveryKind.BOUNDED));
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v2"})
  void isRefusedWithItsStepsIfItHoldsGroupingsOfBeamsMachinery(String version, @TempDir Path temp)
      throws IOException {
    Path golden = RESOURCES.resolve(version).resolve(CHECKPOINT);
    Path directory = copy(golden, temp.resolve(CHECKPOINT));

    CheckpointException e =
        assertThrows(
            CheckpointException.class,
            () -> run(version, "refused", 2, "--checkpointDir=" + directory));

    String drained = " was run by a version that grouped with Beam's general machinery";
    assertThat(
        e.getMessage(),
        allOf(
            containsString("step SessionCount" + drained),
            containsString("step SessionGroup" + drained),
            containsString("step Gather" + drained),
            containsString("drain the pipeline with the version that wrote the checkpoint"),
            not(containsString("step FixedGroup"))));
    assertThat(names(directory), is(names(golden)));
  }

  @Test
  @EnabledIfSystemProperty(
      named = "golden.write",
      matches = "v\\d+(" + ONCE + ")?",
      disabledReason = "writes a new golden checkpoint")
  void isWritten() throws IOException {
    String version = System.getProperty("golden.write");
    Path golden = RESOURCES.resolve(version);
    Files.createDirectories(golden);
    run(version, "reference", 2);
    Files.write(golden.resolve(EXPECTED), found("reference"));

    EveryKind.fused = true;
    try {
      StepFailedException e =
          assertThrows(
              StepFailedException.class,
              () ->
                  run(
                      version,
                      "golden",
                      2,
                      "--checkpointDir=" + golden.resolve(CHECKPOINT),
                      "--restore=NONE",
                      "--restartAfterBatch=SAME"));
      assertThat(e.getMessage(), containsString("Key"));
    } finally {
      EveryKind.fused = false;
    }
  }

  private static MicroBatchResult run(String version, String job, int parallelism, String... more) {
    List<String> args = new ArrayList<>(List.of(more));
    args.add("--runner=MicroBatchRunner");
    args.add("--jobName=" + job);
    args.add("--parallelism=" + parallelism);
    args.add("--maxParallelism=8");
    args.add("--maxRecordsPerBatch=40");
    args.add("--maxBatchRetries=0");
    args.add("--checkpointIntervalMillis=1");
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs(args.toArray(new String[0])).create());
    EveryKind.Groupings groupings =
        version.endsWith(ONCE) ? EveryKind.Groupings.FIRING_ONCE : EveryKind.Groupings.ALL;
    return (MicroBatchResult) EveryKind.addTo(pipeline, groupings).run();
  }

  private static List<String> found(String job) {
    List<String> lines = new ArrayList<>();
    EveryKind.found(job).forEach((branch, all) -> all.forEach(s -> lines.add(branch + ": " + s)));
    return lines;
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }
}
