package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PDone;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What transforms find in the options while Beam asks them whether all is well. */
class ValidationTest {

  @TempDir Path directory;

  private PipelineOptions options(Class<? extends PipelineRunner<?>> runner) {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(runner);
    options.as(MicroBatchPipelineOptions.class).setCheckpointDir(directory.toString());
    return options;
  }

  @ParameterizedTest
  @ValueSource(classes = {MicroBatchRunner.class, TestMicroBatchRunner.class})
  void sinksThatAdmitRunnersByNameAdmitThisOne(Class<? extends PipelineRunner<?>> runner) {
    PipelineOptions options = options(runner);
    Pipeline pipeline = Pipeline.create(options);
    Picky picky = new Picky("org.apache.beam.runners.flink.");
    pipeline.apply(picky);
    assertThat(options.getRunner(), is(runner));

    pipeline.run().waitUntilFinish();

    assertThat(picky.admitted, startsWith("org.apache.beam.runners.flink."));
    assertThat(options.getRunner(), is(runner));
  }

  @ParameterizedTest
  @ValueSource(classes = {MicroBatchRunner.class, TestMicroBatchRunner.class})
  void optionsThatWereNotValidCanBeUsedAgain(Class<? extends PipelineRunner<?>> runner) {
    PipelineOptions options = options(runner);
    Pipeline refused = Pipeline.create(options);
    refused.apply(new Picky("com.example."));
    assertThrows(UnsupportedOperationException.class, refused::run);

    Pipeline next = Pipeline.create(options);
    next.apply(Create.of(1));
    next.run().waitUntilFinish();

    assertThat(options.getRunner(), is(MicroBatchRunner.class));
  }

  @Test
  void withoutCheckpointsSuchSinksRefuseThisRunner() {
    PipelineOptions options = options(MicroBatchRunner.class);
    options.as(MicroBatchPipelineOptions.class).setCheckpointDir(null);
    Pipeline pipeline = Pipeline.create(options);
    pipeline.apply(new Picky("org.apache.beam.runners.flink."));

    assertThrows(UnsupportedOperationException.class, pipeline::run);
  }

  /** Does nothing, on runners whose names begin in a certain way. */
  private static final class Picky extends PTransform<PBegin, PDone> {
    private static final long serialVersionUID = 1L;

    private final String prefix;
    private transient @Nullable String admitted;

    Picky(String prefix) {
      this.prefix = prefix;
    }

    @Override
    public PDone expand(PBegin input) {
      input.apply(Create.of(1));
      return PDone.in(input.getPipeline());
    }

    @Override
    public void validate(@Nullable PipelineOptions options) {
      String runner = options.getRunner().getName();
      if (!runner.startsWith(prefix)) {
        throw new UnsupportedOperationException(runner);
      }
      admitted = runner;
    }
  }
}
