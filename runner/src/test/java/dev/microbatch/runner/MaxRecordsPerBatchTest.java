package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;

@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class MaxRecordsPerBatchTest {

  private static final int NUMBERS = 1_000;
  private static final AtomicInteger LARGEST = new AtomicInteger();
  private static final CountDownLatch READ = new CountDownLatch(NUMBERS);

  private static final class MeasureBundles extends DoFn<Long, Void> {
    private int size;

    @StartBundle
    public void start() {
      size = 0;
    }

    @ProcessElement
    public void process() {
      size++;
      READ.countDown();
    }

    @FinishBundle
    public void finish() {
      LARGEST.accumulateAndGet(size, Math::max);
    }
  }

  @Test
  void aBatchIsReadByTheSourceThatHasRecordsHoweverManyAreIdle() throws Exception {
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--runner=MicroBatchRunner",
                    "--blockOnRun=false",
                    "--parallelism=5",
                    "--maxRecordsPerBatch=100")
                .create());
    for (int i = 0; i < 6; i++) {
      pipeline.apply("Idle " + i, GenerateSequence.from(0).withRate(1, Duration.standardDays(1)));
    }
    pipeline
        .apply("Numbers", GenerateSequence.from(0).to(NUMBERS))
        .apply(ParDo.of(new MeasureBundles()));

    MicroBatchResult result = (MicroBatchResult) pipeline.run();
    READ.await();
    assertThat(result.cancel(), is(State.CANCELLED));

    // A batch is shared by the five splits of the source, not by all 35 readers.
    assertThat(LARGEST.get(), is(greaterThan(10)));
    assertThat(LARGEST.get(), is(lessThanOrEqualTo(100)));
  }
}
