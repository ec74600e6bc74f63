package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import dev.microbatch.runner.MicroBatchPipelineOptions.RestartAfterBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Late data are dropped, counted one by one, and not in silence. */
class LateDataTest {

  private static final int LATE = 51;
  private static final Logger LOG = Logger.getLogger("dev.microbatch.executor.batch");

  private final Queue<LogRecord> logged = new ConcurrentLinkedQueue<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOG.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    LOG.removeHandler(handler);
  }

  private static final class Remember extends DoFn<KV<String, Integer>, Integer> {
    private static final long serialVersionUID = 1L;

    @StateId("last")
    private final StateSpec<ValueState<Integer>> last = StateSpecs.value();

    @ProcessElement
    public void process(
        @Element KV<String, Integer> element, @StateId("last") ValueState<Integer> state) {
      state.write(element.getValue());
    }
  }

  /** What drops late data. */
  private enum Keyed {
    GROUP,
    COMBINE,
    COMBINE_WITH_FANOUT,
    STATE;

    PTransform<? super PCollection<KV<String, Integer>>, ? extends PCollection<?>> transform() {
      return switch (this) {
        case GROUP -> GroupByKey.create();
        case COMBINE -> Sum.integersPerKey();
        case COMBINE_WITH_FANOUT ->
            Combine.<String, Integer, Integer>perKey(Sum.ofIntegers()).withHotKeyFanout(2);
        case STATE -> ParDo.of(new Remember());
      };
    }
  }

  private static MicroBatchPipelineOptions options(int parallelism) {
    return PipelineOptionsFactory.fromArgs(
            "--runner=MicroBatchRunner", "--parallelism=" + parallelism)
        .as(MicroBatchPipelineOptions.class);
  }

  private static TimestampedValue<KV<String, Integer>> at(int second, int i) {
    return TimestampedValue.of(KV.of("key" + i % 3, i), new Instant(second * 1_000L));
  }

  /**
   * A few elements in time, and then some that are late, among others that are not.
   *
   * @param late how many are late in each batch
   */
  private static PCollection<KV<String, Integer>> input(Pipeline pipeline, int... late) {
    TestStream.Builder<KV<String, Integer>> events =
        TestStream.create(KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()))
            .addElements(at(1, 0), at(2, 1))
            .advanceWatermarkTo(new Instant(60_000));
    for (int inBatch : late) {
      List<TimestampedValue<KV<String, Integer>>> more = new ArrayList<>();
      for (int i = 1; i < inBatch; i++) {
        more.add(at(3, i));
        more.add(at(61, i));
      }
      @SuppressWarnings({"unchecked", "rawtypes"})
      TimestampedValue<KV<String, Integer>>[] array = more.toArray(new TimestampedValue[0]);
      events = events.addElements(at(3, 0), array);
    }
    return pipeline.apply(events.advanceWatermarkToInfinity());
  }

  private static PipelineResult run(
      MicroBatchPipelineOptions options, Keyed keyed, boolean reshuffled, int... late) {
    Pipeline pipeline = Pipeline.create(options);
    PCollection<KV<String, Integer>> input = input(pipeline, late);
    if (reshuffled) {
      input = input.apply(Reshuffle.viaRandomKey());
    }
    input
        .apply(Window.into(FixedWindows.of(Duration.standardSeconds(10))))
        .apply("Late step", keyed.transform());
    PipelineResult result = pipeline.run();
    result.waitUntilFinish();
    return result;
  }

  private static long dropped(PipelineResult result) {
    long sum = 0;
    for (MetricResult<Long> counter : result.metrics().allMetrics().getCounters()) {
      String name = counter.getName().getName();
      if (name.equals("droppedDueToLateness") || name.equals("StatefulParDoDropped")) {
        sum += counter.getAttempted();
      }
    }
    return sum;
  }

  private List<String> logged(Level level) {
    return logged.stream()
        .filter(entry -> entry.getLevel().equals(level))
        .map(LogRecord::getMessage)
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "GROUP, true, false",
    "GROUP, false, true",
    "COMBINE, true, false",
    "COMBINE, true, true",
    "COMBINE, false, false",
    "COMBINE_WITH_FANOUT, true, false",
    "STATE, true, true"
  })
  void everyLateElementCounts(Keyed keyed, boolean specialized, boolean reshuffled) {
    for (int parallelism = 1; parallelism <= 2; parallelism++) {
      logged.clear();
      MicroBatchPipelineOptions options = options(parallelism);
      options.setSpecializedAggregators(specialized);

      PipelineResult result = run(options, keyed, reshuffled, LATE);

      assertThat(dropped(result), is((long) LATE));
      assertThat(logged(Level.INFO), hasItem(containsString(LATE + " dropped as late in ")));
    }
  }

  @Test
  void theFirstDropOfAStepIsSaidAndWhatToDo() {
    run(options(2), Keyed.GROUP, true, LATE);

    assertThat(
        logged(Level.WARNING),
        contains(
            allOf(
                containsString("Late step"),
                containsString("dropped 51 records that came too late for their windows"),
                containsString("(FixedWindows, allowed lateness 0 ms)"),
                containsString("withAllowedLateness()"))));
  }

  @Test
  void aStepThatGoesBackToACommitIsNotWarnedAboutAgain(@TempDir Path directory) {
    MicroBatchPipelineOptions options = options(2);
    options.setCheckpointDir(directory.toString());
    options.setRestartAfterBatch(RestartAfterBatch.SAME);

    run(options, Keyed.COMBINE, false, LATE, LATE);

    assertThat(logged(Level.WARNING), hasSize(1));
  }

  @Test
  void nothingIsSaidWhereNothingIsLate() {
    run(options(1), Keyed.COMBINE, false);

    assertThat(logged(Level.WARNING), empty());
    assertThat(
        logged(Level.INFO).stream().filter(line -> line.contains("as late")).toList(), empty());
  }
}
