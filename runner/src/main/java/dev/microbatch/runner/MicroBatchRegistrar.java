package dev.microbatch.runner;

import com.google.auto.service.AutoService;
import java.util.List;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsRegistrar;
import org.apache.beam.sdk.runners.PipelineRunnerRegistrar;

/** Makes the runners and their options known to Beam by being on the class path. */
public final class MicroBatchRegistrar {

  private MicroBatchRegistrar() {}

  /** Lets users write {@code --runner=MicroBatchRunner}. */
  @AutoService(PipelineRunnerRegistrar.class)
  public static final class Runner implements PipelineRunnerRegistrar {
    @Override
    public Iterable<Class<? extends PipelineRunner<?>>> getPipelineRunners() {
      return List.of(MicroBatchRunner.class, TestMicroBatchRunner.class);
    }
  }

  /** Lets users write the options on the command line. */
  @AutoService(PipelineOptionsRegistrar.class)
  public static final class Options implements PipelineOptionsRegistrar {
    @Override
    public Iterable<Class<? extends PipelineOptions>> getPipelineOptions() {
      return List.of(MicroBatchPipelineOptions.class);
    }
  }
}
