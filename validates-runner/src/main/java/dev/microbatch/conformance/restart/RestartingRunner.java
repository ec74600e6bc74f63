package dev.microbatch.conformance.restart;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.microbatch.runner.MicroBatchPipelineOptions;
import dev.microbatch.runner.MicroBatchPipelineOptions.RestartAfterBatch;
import dev.microbatch.runner.MicroBatchResult;
import dev.microbatch.runner.TestMicroBatchRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * Runs each pipeline on {@link TestMicroBatchRunner} with a checkpoint directory of its own. If
 * pipelines restart, adds up how often they were restored, in the system property {@value
 * #RESTORES}.
 */
public final class RestartingRunner extends PipelineRunner<PipelineResult> {

  /** Where the harness looks for the number of restores. */
  static final String RESTORES = "conformance.restores";

  private final PipelineOptions options;

  private RestartingRunner(PipelineOptions options) {
    this.options = options;
  }

  /**
   * Creates a runner; called by Beam.
   *
   * @param options the pipeline's options
   */
  public static RestartingRunner fromOptions(PipelineOptions options) {
    return new RestartingRunner(options);
  }

  @Override
  public PipelineResult run(Pipeline pipeline) {
    try {
      Path directory = Files.createTempDirectory("checkpoint");
      try {
        MicroBatchPipelineOptions ours = options.as(MicroBatchPipelineOptions.class);
        ours.setCheckpointDir(directory.toString());
        PipelineResult result = TestMicroBatchRunner.fromOptions(options).run(pipeline);
        if (result instanceof MicroBatchResult known) {
          known.waitUntilFinish();
          if (ours.getRestartAfterBatch() != RestartAfterBatch.NONE) {
            count(known.restores());
          }
        }
        return result;
      } finally {
        MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static synchronized void count(int restores) {
    int before = Integer.getInteger(RESTORES, 0);
    System.setProperty(RESTORES, Integer.toString(before + restores));
  }
}
