package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.testing.TestPipelineOptions;

/**
 * Runs pipelines of tests: waits for the end, and checks the matchers of {@link
 * TestPipelineOptions}.
 */
public final class TestMicroBatchRunner extends PipelineRunner<PipelineResult> {

  private final TestPipelineOptions testOptions;
  private final MicroBatchRunner runner;

  private TestMicroBatchRunner(PipelineOptions options) {
    this.testOptions = options.as(TestPipelineOptions.class);
    this.runner = MicroBatchRunner.fromOptions(options);
  }

  /**
   * Creates a runner; called by Beam.
   *
   * @param options the pipeline's options
   */
  public static TestMicroBatchRunner fromOptions(PipelineOptions options) {
    return new TestMicroBatchRunner(options);
  }

  /**
   * Runs a pipeline to its end.
   *
   * @throws StepFailedException if user code threw; the cause is what it threw
   * @throws AssertionError if a matcher of the options does not match
   */
  @Override
  public PipelineResult run(Pipeline pipeline) {
    PipelineResult result = runner.run(pipeline);
    assertThat(result, testOptions.getOnCreateMatcher());
    if (testOptions.isBlockOnRun()) {
      result.waitUntilFinish();
      assertThat(result, testOptions.getOnSuccessMatcher());
    }
    return result;
  }
}
