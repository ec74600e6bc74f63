package dev.microbatch.runner;

import dev.microbatch.executor.operator.StepException;
import org.apache.beam.sdk.Pipeline.PipelineExecutionException;

/** The pipeline failed because a step did: the cause is what user code threw. */
public final class StepFailedException extends PipelineExecutionException {

  private static final long serialVersionUID = 1L;

  private final String stepName;

  StepFailedException(StepException failure) {
    super(failure.getCause());
    this.stepName = failure.stepName();
  }

  /** Beam's full name of the step that failed. */
  public String stepName() {
    return stepName;
  }

  @Override
  public String getMessage() {
    return "Step " + stepName + " failed: " + getCause() + Flags.remedies(getCause());
  }
}
