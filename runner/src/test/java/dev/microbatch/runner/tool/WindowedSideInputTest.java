package dev.microbatch.runner.tool;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.oneOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.microbatch.executor.view.BehindWindows;
import dev.microbatch.runner.StepFailedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Values;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How long the windows of a side input live, and what becomes of records that come behind them. */
@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class WindowedSideInputTest {

  private static final long SIDE = 0;
  private static final long MAIN = 1;

  /** Stands for a record that makes the pipeline fail, so that its checkpoint stays. */
  private static final long POISON = -1;

  private static final int WINDOWS = 25;
  private static final Duration SECOND = Duration.standardSeconds(1);

  private static final Queue<KV<Long, Long>> READ = new ConcurrentLinkedQueue<>();

  @TempDir private Path directory;

  @BeforeEach
  void reset() {
    READ.clear();
  }

  private static void note(long record, long side) {
    if (record == POISON) {
      throw new IllegalStateException("poison");
    }
    READ.add(KV.of(record, side));
  }

  private static final class Stateless extends DoFn<KV<Long, Long>, Void> {
    private final PCollectionView<Long> view;

    Stateless(PCollectionView<Long> view) {
      this.view = view;
    }

    @ProcessElement
    public void process(ProcessContext context) {
      note(context.element().getValue(), context.sideInput(view));
    }
  }

  private static final class Stateful extends DoFn<KV<Long, Long>, Void> {
    private final PCollectionView<Long> view;

    @StateId("last")
    private final StateSpec<ValueState<Long>> spec = StateSpecs.value(VarLongCoder.of());

    Stateful(PCollectionView<Long> view) {
      this.view = view;
    }

    @ProcessElement
    public void process(ProcessContext context, @StateId("last") ValueState<Long> last) {
      last.write(context.element().getValue());
      note(context.element().getValue(), context.sideInput(view));
    }
  }

  /** Reads the side input only when it is resumed, which is after the next record came. */
  private static final class Splittable extends DoFn<KV<Long, Long>, Void> {
    private final PCollectionView<Long> view;

    Splittable(PCollectionView<Long> view) {
      this.view = view;
    }

    @GetInitialRestriction
    public OffsetRange restriction() {
      return new OffsetRange(0, 2);
    }

    @ProcessElement
    public ProcessContinuation process(
        ProcessContext context, RestrictionTracker<OffsetRange, Long> tracker) {
      if (tracker.currentRestriction().getFrom() == 0) {
        return tracker.tryClaim(0L)
            ? ProcessContinuation.resume().withResumeDelay(Duration.millis(1_500))
            : ProcessContinuation.stop();
      }
      if (tracker.tryClaim(1L)) {
        note(context.element().getValue(), context.sideInput(view));
      }
      return ProcessContinuation.stop();
    }
  }

  private enum Reader {
    STATELESS {
      @Override
      DoFn<KV<Long, Long>, Void> fn(PCollectionView<Long> view) {
        return new Stateless(view);
      }
    },
    STATEFUL {
      @Override
      DoFn<KV<Long, Long>, Void> fn(PCollectionView<Long> view) {
        return new Stateful(view);
      }
    },
    SPLITTABLE {
      @Override
      DoFn<KV<Long, Long>, Void> fn(PCollectionView<Long> view) {
        return new Splittable(view);
      }
    };

    abstract DoFn<KV<Long, Long>, Void> fn(PCollectionView<Long> view);
  }

  private Pipeline pipeline(
      TestStream<KV<Long, Long>> script, Reader reader, Duration lateness, String restarts) {
    return pipeline(script, FixedWindows.of(SECOND), reader, lateness, restarts);
  }

  private Pipeline pipeline(
      TestStream<KV<Long, Long>> script,
      WindowFn<Object, ?> sideWindows,
      Reader reader,
      Duration lateness,
      String restarts) {
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs(
                    "--runner=MicroBatchRunner",
                    "--parallelism=2",
                    "--maxBatchRetries=0",
                    "--restartAfterBatch=" + restarts,
                    "--checkpointDir=" + directory)
                .create());
    PCollection<KV<Long, Long>> all = pipeline.apply("Script", script);
    PCollectionView<Long> view =
        all.apply("Side", Filter.by(record -> record.getKey() == SIDE))
            .apply(Values.create())
            .apply("Side windows", Window.into(sideWindows))
            .apply(View.asSingleton());
    all.apply("Main", Filter.by(record -> record.getKey() != SIDE))
        .apply(
            "Main windows",
            Window.<KV<Long, Long>>into(FixedWindows.of(SECOND))
                .withAllowedLateness(lateness)
                .discardingFiredPanes())
        .apply("Read", ParDo.of(reader.fn(view)).withSideInputs(view));
    return pipeline;
  }

  private static TestStream.Builder<KV<Long, Long>> script() {
    return TestStream.create(KvCoder.of(VarLongCoder.of(), VarLongCoder.of()));
  }

  private static TimestampedValue<KV<Long, Long>> at(long millis, long key, long value) {
    return TimestampedValue.of(KV.of(key, value), Instant.ofEpochMilli(millis));
  }

  private static long droppedDueToLateness(PipelineResult result) {
    long sum = 0;
    for (MetricResult<Long> counter : result.metrics().allMetrics().getCounters()) {
      if (counter.getName().getName().equals("droppedDueToLateness")) {
        sum += counter.getAttempted();
      }
    }
    return sum;
  }

  private static Stream<Arguments> readersWithAndWithoutRestarts() {
    return Arrays.stream(Reader.values())
        .flatMap(reader -> Stream.of("NONE", "RESCALED").map(mode -> Arguments.of(reader, mode)));
  }

  @ParameterizedTest
  @MethodSource("readersWithAndWithoutRestarts")
  void aLateRecordReadsTheViewWithinItsLatenessAndIsDroppedAndCountedBehindIt(
      Reader reader, String restarts) {
    TestStream<KV<Long, Long>> script =
        script()
            .addElements(at(0, SIDE, 10), at(1, MAIN, 1))
            .advanceWatermarkTo(Instant.ofEpochMilli(2_000))
            .addElements(at(2_000, SIDE, 12))
            .advanceWatermarkTo(Instant.ofEpochMilli(3_500))
            .advanceProcessingTime(Duration.standardSeconds(2))
            .addElements(at(500, MAIN, 2))
            .advanceProcessingTime(Duration.standardSeconds(2))
            .advanceWatermarkTo(Instant.ofEpochMilli(20_000))
            .advanceWatermarkTo(Instant.ofEpochMilli(21_000))
            .addElements(at(600, MAIN, 3), at(2_500, MAIN, 4))
            .advanceProcessingTime(Duration.standardSeconds(2))
            .advanceWatermarkToInfinity();

    PipelineResult result = pipeline(script, reader, Duration.standardSeconds(3), restarts).run();

    assertThat(READ, containsInAnyOrder(KV.of(1L, 10L), KV.of(2L, 10L)));
    assertThat(droppedDueToLateness(result), is(2L));
  }

  @ParameterizedTest
  @EnumSource(Reader.class)
  void panesAreForgottenWhileStateIsNeverEmpty(Reader reader) throws IOException {
    TestStream.Builder<KV<Long, Long>> script = script();
    for (int window = 0; window < WINDOWS; window++) {
      long start = window * 1_000L;
      script =
          script
              .addElements(at(start, SIDE, window), at(start + 1, MAIN, window))
              .advanceWatermarkTo(Instant.ofEpochMilli(start + 500))
              .advanceProcessingTime(Duration.standardSeconds(1));
    }
    long end = WINDOWS * 1_000L;
    Pipeline pipeline =
        pipeline(
            script
                .addElements(at(end, SIDE, 0), at(end + 1, MAIN, POISON))
                .advanceWatermarkTo(Instant.ofEpochMilli(end + 1_000))
                .advanceProcessingTime(Duration.standardSeconds(1)) // the last before the poison
                .advanceProcessingTime(Duration.standardSeconds(10))
                .advanceWatermarkToInfinity(),
            reader,
            Duration.standardSeconds(3),
            "SAME");

    assertThrows(StepFailedException.class, pipeline::run);

    // A splittable read is also cut by the time that it takes, so on a slow machine the poison may
    // overtake the rest of the last record.
    assertThat(READ.size(), is(oneOf(WINDOWS, WINDOWS - 1)));
    READ.forEach(read -> assertThat(read.getValue(), is(read.getKey())));
    assertThat(storedPanes(), lessThan(12L));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NONE", "RESCALED"})
  void whatIsLeftOfARestrictionFindsItsPaneHoweverLateItIsResumed(String restarts) {
    TestStream<KV<Long, Long>> script =
        script()
            .addElements(at(0, SIDE, 10), at(1, MAIN, 1))
            .advanceWatermarkTo(Instant.ofEpochMilli(20_000))
            .advanceWatermarkTo(Instant.ofEpochMilli(21_000))
            .advanceWatermarkTo(Instant.ofEpochMilli(22_000))
            .advanceProcessingTime(Duration.standardSeconds(2))
            .advanceWatermarkToInfinity();

    pipeline(script, Reader.SPLITTABLE, Duration.standardSeconds(3), restarts).run();

    assertThat(READ, contains(KV.of(1L, 10L)));
  }

  @ParameterizedTest
  @EnumSource(Reader.class)
  void aMappingThatLooksBackFurtherThanItSaysIsTold(Reader reader) {
    TestStream<KV<Long, Long>> script =
        script()
            .addElements(at(0, SIDE, 10))
            .advanceWatermarkTo(Instant.ofEpochMilli(2_000))
            .addElements(at(2_500, MAIN, 1))
            .advanceWatermarkToInfinity();
    Pipeline pipeline =
        pipeline(script, new BehindWindows(SECOND, Duration.ZERO), reader, Duration.ZERO, "SAME");

    StepFailedException failure = assertThrows(StepFailedException.class, pipeline::run);

    assertThat(
        failure.getCause().getMessage(),
        containsString("looks back further than its maximumLookback"));
  }

  private long storedPanes() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);
    assertThat(CheckpointTool.run(to, to, "--json", directory.toString()), is(0));
    long panes = 0;
    JsonNode report = new JsonMapper().readTree(out.toString(StandardCharsets.UTF_8));
    for (JsonNode stage : report.path("newest").path("stages")) {
      for (JsonNode partition : stage.path("partitions")) {
        for (JsonNode view : partition.path("views")) {
          panes += view.asLong();
        }
      }
    }
    return panes;
  }
}
