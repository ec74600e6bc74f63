package dev.microbatch.runner.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Count;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LimitedReadTest {

  @Test
  @Timeout(120) // it waited forever
  void endsWithItsSourceIfThatHasFewerRecords() {
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--runner=MicroBatchRunner", "--checkpointIntervalMillis=1")
                .create());
    PAssert.thatSingleton(
            pipeline
                .apply(Read.from(new TideSource()).withMaxNumRecords(1_000))
                .apply(Count.globally()))
        .isEqualTo((long) TideSource.TOTAL);

    assertThat(pipeline.run().getState(), is(State.DONE));
  }
}
