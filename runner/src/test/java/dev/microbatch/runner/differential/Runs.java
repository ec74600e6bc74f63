package dev.microbatch.runner.differential;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.microbatch.runner.MicroBatchPipelineOptions;
import dev.microbatch.runner.MicroBatchPipelineOptions.RestartAfterBatch;
import dev.microbatch.runner.MicroBatchRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.joda.time.Duration;

/** Runs a random pipeline and says what was observed. */
final class Runs {

  /** Longer than any of these small pipelines takes on a busy machine. */
  private static final Duration PATIENCE = Duration.standardMinutes(2);

  private static final AtomicLong NEXT = new AtomicLong();

  private Runs() {}

  /** A run by Beam's own runner for tests. */
  static List<Observation> direct(RandomPipeline pipeline) {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(DirectRunner.class);
    return run(pipeline, options);
  }

  /** A run in micro-batches. */
  static List<Observation> microBatch(RandomPipeline pipeline, Settings settings) {
    MicroBatchPipelineOptions options =
        PipelineOptionsFactory.create().as(MicroBatchPipelineOptions.class);
    options.setRunner(MicroBatchRunner.class);
    options.setParallelism(settings.parallelism());
    options.setMaxRecordsPerBatch(settings.maxRecordsPerBatch());
    options.setSpecializedAggregators(settings.specialized());
    options.setBlockOnRun(false);
    return settings.restarts() == RestartAfterBatch.NONE
        ? run(pipeline, options)
        : restarting(pipeline, settings.restarts(), options);
  }

  private static List<Observation> restarting(
      RandomPipeline pipeline, RestartAfterBatch restarts, MicroBatchPipelineOptions options) {
    try {
      Path directory = Files.createTempDirectory("checkpoint");
      try {
        options.setCheckpointDir(directory.toString());
        options.setRestartAfterBatch(restarts);
        options.setSmallStateBytes(0); // so that there are deltas, and parts that are rewritten
        options.setMaxBatchRetries(0);
        return run(pipeline, options);
      } finally {
        MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Observation> run(RandomPipeline random, PipelineOptions options) {
    String run = "run" + NEXT.incrementAndGet();
    Observation.begin(run);
    List<Observation> observed;
    try {
      Pipeline pipeline = Pipeline.create(options);
      random.build(pipeline, run);
      PipelineResult result = pipeline.run();
      if (result.waitUntilFinish(PATIENCE) == null) {
        result.cancel();
        throw new IllegalStateException("the pipeline does not end");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      observed = Observation.end(run);
    }
    return observed;
  }
}
