package dev.microbatch.benchmarks;

import dev.microbatch.benchmarks.pipelines.Outcome;
import dev.microbatch.benchmarks.pipelines.Tally;
import dev.microbatch.benchmarks.pipelines.Workload;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;

/** A workload's pipeline on a runner. Building the pipeline is not measured, translating it is. */
final class PipelineSubject implements Subject {

  private final Workload workload;
  private final String[] beamArguments;
  private String runner;
  private Pipeline pipeline;

  /**
   * Creates the subject.
   *
   * @param workload what to run
   * @param beamArguments the runner and its options
   */
  PipelineSubject(Workload workload, String... beamArguments) {
    this.workload = workload;
    this.beamArguments = beamArguments;
    this.runner =
        PipelineOptionsFactory.fromArgs(beamArguments).create().getRunner().getSimpleName();
  }

  @Override
  public String runner() {
    return runner;
  }

  @Override
  public void prepare() {
    PipelineOptions options = PipelineOptionsFactory.fromArgs(beamArguments).create();
    options.setJobName("benchmark-" + workload.name());
    pipeline = Pipeline.create(options);
    workload.build(pipeline);
    Tally.reset();
  }

  @Override
  public void run() {
    PipelineResult.State state = pipeline.run().waitUntilFinish();
    if (state != PipelineResult.State.DONE) {
      throw new IllegalStateException(workload.name() + " on " + runner + " ended " + state);
    }
  }

  @Override
  public Outcome outcome() {
    return Tally.total();
  }
}
