package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.joda.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AcknowledgementTest {

  @BeforeEach
  void forget() {
    EndlessSource.reset();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void everyMarkIsAcknowledgedBeforeItsReaderIsClosedAtTheEnd(int parallelism) {
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--runner=MicroBatchRunner", "--parallelism=" + parallelism)
                .create());
    pipeline.apply(Read.from(new EndlessSource()).withMaxReadTime(Duration.millis(1)));

    assertThat(pipeline.run().getState(), is(State.DONE));

    assertThat(
        EndlessSource.ACKNOWLEDGED,
        containsInAnyOrder(EndlessSource.TAKEN.toArray(new EndlessSource.Mark[0])));
    assertThat(EndlessSource.OPEN, is(empty()));
  }
}
