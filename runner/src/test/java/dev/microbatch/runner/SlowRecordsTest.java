package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.microbatch.executor.batch.LoopOptions;
import dev.microbatch.executor.batch.PlanExecution;
import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.engine.EmbeddedEngineProvider;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.translation.PipelineTranslator;
import dev.microbatch.translation.TranslationOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.values.PCollection;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A step that takes long for each record, by a clock that moves only while it works. */
@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class SlowRecordsTest {

  private static final int SPLITS = 8;
  private static final long INTERVAL = 1_000;

  private static final AtomicLong MILLIS = new AtomicLong();

  /** When acknowledgements had come since the record before, in milliseconds. */
  private static final List<Long> COMMITS = new ArrayList<>();

  private static long acknowledged;
  private static long processed;
  private static long drainAfter;
  private static PlanExecution execution;

  @BeforeEach
  void reset() {
    EndlessSource.reset();
    MILLIS.set(0);
    COMMITS.clear();
    acknowledged = 0;
    processed = 0;
  }

  private static final class WorkingClock implements Clock {
    @Override
    public long millis() {
      return MILLIS.get();
    }

    @Override
    public long nanos() {
      return TimeUnit.MILLISECONDS.toNanos(MILLIS.get());
    }

    @Override
    public void await(Condition condition, long millis) {
      MILLIS.addAndGet(millis);
    }
  }

  private static final class Work extends DoFn<Long, Void> {
    private final long millis;

    Work(long millis) {
      this.millis = millis;
    }

    @ProcessElement
    public void process() {
      if (EndlessSource.ACKNOWLEDGED.size() > acknowledged) {
        acknowledged = EndlessSource.ACKNOWLEDGED.size();
        COMMITS.add(MILLIS.get());
      }
      MILLIS.addAndGet(millis);
      processed++;
      if (processed == drainAfter) {
        execution.drain();
      }
    }
  }

  private static void run(long millisPerRecord, boolean shuffled, long records) {
    Pipeline pipeline = Pipeline.create();
    PCollection<Long> numbers = pipeline.apply(Read.from(new EndlessSource(SPLITS)));
    (shuffled ? numbers.apply(Reshuffle.viaRandomKey()) : numbers)
        .apply(ParDo.of(new Work(millisPerRecord)));
    drainAfter = records;
    execution =
        new PlanExecution(
            PipelineTranslator.translate(pipeline, new TranslationOptions("slow", 8, 1, true)),
            new LoopOptions(
                1, 0, -1, -1, INTERVAL, 0, new Enforcement(false, false), StateBackend.HEAP, false),
            null,
            PipelineOptionsFactory.create(),
            new EmbeddedEngineProvider(),
            new WorkingClock());
    assertThat(execution.run(), is(PlanExecution.End.DONE));
  }

  @ParameterizedTest
  @CsvSource({"250, false", "1000, false", "5, false", "250, true", "1000, true"})
  void commitsKeepTheirPace(long millisPerRecord, boolean shuffled) {
    run(millisPerRecord, shuffled, Math.max(200, 20 * INTERVAL / millisPerRecord));

    assertThat(COMMITS.size(), is(greaterThan(5)));
    for (int i = 1; i < COMMITS.size(); i++) {
      long gap = COMMITS.get(i) - COMMITS.get(i - 1);
      assertThat(COMMITS.toString(), gap, is(lessThanOrEqualTo(INTERVAL + 2 * millisPerRecord)));
    }
  }

  @Test
  void recordsThatShowNothingOfTheirCostBeforeAShuffleAreFewAtFirst() {
    run(1_000, true, 200);

    assertThat(COMMITS.get(0), is(lessThanOrEqualTo(66_000L)));
  }

  @Test
  void readingEndsBehindTheCurrentRecordWhenADrainIsAskedFor() {
    run(0, false, 1_000);

    assertThat(processed, is(1_000L));
  }
}
