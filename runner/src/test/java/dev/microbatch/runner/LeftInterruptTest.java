package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.operator.StepThread;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeftInterruptTest {

  private static final Logger LOG = Logger.getLogger(StepThread.class.getName());

  private final Set<String> warned = ConcurrentHashMap.newKeySet();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          warned.add(
              entry
                  .getMessage()
                  .replaceFirst("(/ParMultiDo[^,{]*)?(, or one .*|\\{\\}.*)? has left .*", ""));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @TempDir private Path directory;

  @BeforeEach
  void listen() {
    LOG.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    LOG.removeHandler(handler);
  }

  /** Leaves an interruption behind where it is told to. */
  static final class LeavingFn extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;
    private final String where;

    LeavingFn(String where) {
      this.where = where;
    }

    private void at(String place) {
      if (place.equals(where)) {
        Thread.currentThread().interrupt();
      }
    }

    @Setup
    public void setUp() {
      at("setup");
    }

    @StartBundle
    public void start() {
      at("start");
    }

    @ProcessElement
    public void process(@Element Long in, OutputReceiver<Long> out, BundleFinalizer finalizer) {
      if (where.equals("finalizer")) {
        finalizer.afterBundleCommit(
            Instant.now().plus(Duration.standardDays(1)), () -> at("finalizer"));
      }
      at("process");
      out.output(in);
    }

    @FinishBundle
    public void finish() {
      at("finish");
    }

    @Teardown
    public void tearDown() {
      at("teardown");
    }
  }

  private static final class PassFn extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Long in, OutputReceiver<Long> out) {
      out.output(in);
    }
  }

  private Pipeline pipeline(String... more) {
    List<String> args = new ArrayList<>(List.of("--runner=MicroBatchRunner", "--parallelism=2"));
    args.addAll(List.of(more));
    return Pipeline.create(PipelineOptionsFactory.fromArgs(args.toArray(new String[0])).create());
  }

  @ParameterizedTest
  @ValueSource(strings = {"setup", "start", "process", "finish", "teardown", "finalizer"})
  void aPipelineRunsOnAndTheStepIsNamedOnce(String where) {
    Pipeline pipeline = pipeline("--checkpointDir=" + directory.resolve(where));
    PAssert.thatSingleton(
            pipeline
                .apply(Create.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L))
                .apply(Reshuffle.viaRandomKey())
                .apply("Before", ParDo.of(new PassFn()))
                .apply("Leaving", ParDo.of(new LeavingFn(where)))
                .apply("Behind", ParDo.of(new PassFn()))
                .apply(Count.globally()))
        .isEqualTo(8L);

    assertThat(pipeline.run().getState(), is(PipelineResult.State.DONE));
    if (!where.equals("finalizer")) {
      assertThat(warned, contains("Step Leaving"));
    }
  }

  static final class StatefulFn extends DoFn<KV<Integer, Long>, Long> {
    private static final long serialVersionUID = 1L;

    @StateId("kept")
    private final StateSpec<ValueState<Long>> kept = StateSpecs.value(new LeavingCoder());

    @TimerId("end")
    private final TimerSpec end = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(
        @Element KV<Integer, Long> in,
        @StateId("kept") ValueState<Long> state,
        @TimerId("end") Timer timer) {
      state.write(in.getValue());
      timer.set(Instant.EPOCH);
    }

    @OnTimer("end")
    public void onEnd(@StateId("kept") ValueState<Long> state, OutputReceiver<Long> out) {
      Thread.currentThread().interrupt();
      out.output(state.read());
    }
  }

  /** Encodes on the thread that writes commits, among others. */
  private static final class LeavingCoder extends CustomCoder<Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Long value, OutputStream out) throws IOException {
      VarLongCoder.of().encode(value, out);
      Thread.currentThread().interrupt();
    }

    @Override
    public Long decode(InputStream in) throws IOException {
      return VarLongCoder.of().decode(in);
    }
  }

  @Test
  void aTimerAndACoderMayLeaveOne() {
    Pipeline pipeline =
        pipeline("--checkpointDir=" + directory.resolve("timer"), "--restartAfterBatch=SAME");
    SerializableFunction<Long, Integer> key = Long::intValue;
    PAssert.that(
            pipeline
                .apply(Create.of(1L, 2L, 3L, 4L))
                .apply(WithKeys.of(key).withKeyType(TypeDescriptors.integers()))
                .apply("Leaving", ParDo.of(new StatefulFn())))
        .containsInAnyOrder(1L, 2L, 3L, 4L);

    assertThat(pipeline.run().getState(), is(PipelineResult.State.DONE));
    assertThat(warned, containsInAnyOrder("Step Leaving"));
  }
}
