package dev.microbatch.executor.engine;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.Target;
import dev.microbatch.executor.stage.StageEnvironment;
import dev.microbatch.executor.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbeddedEngineTest {
  private static final TupleTag<Void> MAIN = new TupleTag<>(Output.MAIN);
  private static final AtomicInteger SET_UP = new AtomicInteger();

  private final ScheduledExecutorService timeLimits = Executors.newSingleThreadScheduledExecutor();

  private final WorkerThreads threads = new WorkerThreads();

  @AfterEach
  void stop() {
    threads.close();
    timeLimits.shutdownNow();
  }

  /** The executor clears a thread's interruption before each task: the task has to look itself. */
  @Test
  void callsNoUserCodeAfterAnInterruption() {
    Engine engine = new EmbeddedEngine(plan(), environment(), threads);

    engine.interrupt();

    assertThrows(BatchInterruptedException.class, () -> engine.start(null));
    assertThat(SET_UP.get(), is(0));
    engine.close();
  }

  private StageEnvironment environment() {
    return new StageEnvironment(
        PipelineOptionsFactory.create(),
        2,
        Map.of(),
        Clock.system(),
        null,
        timeLimits,
        new Enforcement(false, false),
        false,
        false);
  }

  private static Plan plan() {
    Step impulse =
        new Step(
            "Impulse",
            new StepSpec.Impulse(),
            List.of(
                new Output(
                    Output.MAIN, "bytes", ByteArrayCoder.of(), List.of(new Target.ToStep(1)))));
    StepSpec.ParDo spec =
        new StepSpec.ParDo(
            new CountSetUpFn(),
            MAIN,
            List.of(),
            ByteArrayCoder.of(),
            Map.of(MAIN, VoidCoder.of()),
            WindowingStrategy.globalDefault(),
            List.of(),
            Map.of(),
            DoFnSchemaInformation.create(),
            false);
    Step count =
        new Step(
            "Count", spec, List.of(new Output(Output.MAIN, "nothing", VoidCoder.of(), List.of())));
    Stage stage = new Stage(0, "Impulse", List.of(impulse, count), List.of(), Map.of(), List.of());
    return new Plan("plan", List.of(stage), List.of(), 16);
  }

  static final class CountSetUpFn extends DoFn<byte[], Void> {
    private static final long serialVersionUID = 1L;

    @Setup
    public void setUp() {
      SET_UP.incrementAndGet();
    }

    @ProcessElement
    public void process() {}
  }
}
