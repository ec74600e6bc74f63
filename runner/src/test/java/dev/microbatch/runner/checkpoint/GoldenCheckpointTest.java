package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

/**
 * Checkpoints that were written by earlier versions, or in earlier formats, can be resumed. Each is
 * that of {@link EveryKind}, stopped by a failure when a third has been read.
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

  @ParameterizedTest
  @CsvSource({"v1,1", "v1,2", "v1,5", "v2,1", "v2,2", "v2,5", "v3,1", "v3,2", "v3,5"})
  void isGoneOnFrom(String version, int parallelism, @TempDir Path temp) throws IOException {
    Path golden = RESOURCES.resolve(version);
    Path directory = copy(golden.resolve(CHECKPOINT), temp.resolve(CHECKPOINT));
    String job = "golden-" + version + "-" + parallelism;

    MicroBatchResult result =
        run(job, parallelism, "--checkpointDir=" + directory, "--restore=REQUIRED");

    assertThat(result.getState(), is(State.DONE));
    assertThat(result.restores(), is(1));
    assertThat(found(job), is(Files.readAllLines(golden.resolve(EXPECTED))));
    assertThat(
        EveryKind.committed(result.metrics()), is((long) TideSource.TOTAL + EveryKind.BOUNDED));
  }

  @Test
  @EnabledIfSystemProperty(
      named = "golden.write",
      matches = "v\\d+",
      disabledReason = "writes a new golden checkpoint")
  void isWritten() throws IOException {
    Path golden = RESOURCES.resolve(System.getProperty("golden.write"));
    Files.createDirectories(golden);
    run("reference", 2);
    Files.write(golden.resolve(EXPECTED), found("reference"));

    EveryKind.fused = true;
    try {
      StepFailedException e =
          assertThrows(
              StepFailedException.class,
              () ->
                  run(
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

  private static MicroBatchResult run(String job, int parallelism, String... more) {
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
    return (MicroBatchResult) EveryKind.addTo(pipeline).run();
  }

  private static List<String> found(String job) {
    List<String> lines = new ArrayList<>();
    EveryKind.found(job).forEach((branch, all) -> all.forEach(s -> lines.add(branch + ": " + s)));
    return lines;
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
