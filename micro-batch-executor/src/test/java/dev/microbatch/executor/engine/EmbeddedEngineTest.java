package dev.microbatch.executor.engine;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.Target;
import dev.microbatch.executor.stage.StageEnvironment;
import dev.microbatch.executor.stage.StageSettings;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddedEngineTest {
  private static final TupleTag<Void> MAIN = new TupleTag<>(Output.MAIN);
  private static final AtomicInteger SET_UP = new AtomicInteger();
  private static final Patience LITTLE = new Patience(1, 20);

  private static CountDownLatch stuck;
  private static CountDownLatch release;
  private static CountDownLatch tornDown;

  private final ScheduledExecutorService timeLimits = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService other = Executors.newSingleThreadExecutor();
  private final Queue<String> logged = new ConcurrentLinkedQueue<>();
  private final Logger log = Logger.getLogger(EmbeddedEngine.class.getName());
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry.getLevel() + " " + entry.getMessage() + " " + entry.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private WorkerThreads threads = new WorkerThreads(LITTLE);

  @BeforeEach
  void prepare() {
    SET_UP.set(0);
    stuck = new CountDownLatch(1);
    release = new CountDownLatch(1);
    tornDown = new CountDownLatch(2);
    log.setLevel(Level.ALL);
    log.addHandler(handler);
  }

  @AfterEach
  void stop() {
    log.removeHandler(handler);
    release.countDown();
    threads.close();
    timeLimits.shutdownNow();
    other.shutdownNow();
  }

  /** A thread forgets an interruption before each task: the task has to look itself. */
  @Test
  void callsNoUserCodeAfterAnInterruption() {
    Engine engine = new EmbeddedEngine(plan(new CountSetUpFn()), environment(), threads, null);

    engine.interrupt();

    assertThrows(BatchInterruptedException.class, () -> engine.start(null));
    assertThat(SET_UP.get(), is(0));
    engine.close();
  }

  @Test
  void tellsTheCauseAndLeavesAThreadBehindThatIgnoresInterruptions() throws Exception {
    Engine engine = new EmbeddedEngine(plan(new DeafFn(true)), environment(), threads, null);

    StepException failure = assertThrows(StepException.class, () -> engine.start(null));
    engine.close();

    assertThat(failure.stepName(), is("Count"));
    assertThat(failure.getCause().getMessage(), is("the real cause"));
    assertThat(logged.toString(), containsString("SEVERE plan has failed"));
    assertThat(logged.toString(), containsString("the real cause"));
    assertThat(logged.toString(), containsString("WARNING User code in Impulse or Count"));
    assertThat(logged.toString(), containsString("DeafFn.setUp"));
    assertThat(threads.anyLeftBehind(), is(true));
    assertThat("what is left behind is not touched", tornDown.getCount(), is(1L));
  }

  @Test
  void whatWasLeftBehindTearsItselfDownWhenItReturns() throws Exception {
    Engine engine = new EmbeddedEngine(plan(new DeafFn(true)), environment(), threads, null);
    assertThrows(StepException.class, () -> engine.start(null));
    engine.close();

    release.countDown();

    tornDown.await();
  }

  @Test
  void anInterruptionOfTheEngineEndsThoughUserCodeIgnoresIt() throws Exception {
    Engine engine = new EmbeddedEngine(plan(new DeafFn(false)), environment(), threads, null);
    Future<?> start = other.submit(() -> engine.start(null));
    stuck.await();

    engine.interrupt();

    Throwable thrown = assertThrows(Exception.class, start::get).getCause();
    assertThat(thrown instanceof BatchInterruptedException, is(true));
    engine.close();
  }

  @Test
  void aFailureFromOutsideEndsABatch() throws Exception {
    threads = new WorkerThreads(Patience.DEFAULT);
    Engine engine = new EmbeddedEngine(plan(new WaitingFn()), environment(), threads, null);
    Future<?> start = other.submit(() -> engine.start(null));
    stuck.await();
    Error cause = new OutOfMemoryError("of the thread that writes commits");

    engine.fail(cause);

    assertThat(
        assertThrows(Exception.class, start::get).getCause(), is(sameInstance((Throwable) cause)));
    engine.close();
  }

  @Test
  void anErrorOfTheMachineNamesItsStep() {
    Engine engine = new EmbeddedEngine(plan(new FullFn()), environment(), threads, null);

    StepException failure = assertThrows(StepException.class, () -> engine.start(null));

    assertThat(failure.stepName(), is("Count"));
    assertThat(failure.getCause() instanceof OutOfMemoryError, is(true));
    engine.close();
  }

  private StageEnvironment environment() {
    return new EngineServices(Clock.system(), timeLimits, () -> false, null)
        .environment(
            new StageSettings(
                new SerializablePipelineOptions(PipelineOptionsFactory.create()),
                2,
                Map.of(),
                Enforcement.NONE,
                StateBackend.HEAP,
                false,
                0,
                false));
  }

  private static Plan plan(DoFn<byte[], Void> fn) {
    Step impulse =
        new Step(
            "Impulse",
            new StepSpec.Impulse(),
            List.of(
                new Output(
                    Output.MAIN, "bytes", ByteArrayCoder.of(), List.of(new Target.ToStep(1)))));
    StepSpec.ParDo spec =
        new StepSpec.ParDo(
            fn,
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

  private static boolean isFirstPartition() {
    return Thread.currentThread().getName().endsWith("-0");
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

  /** Ignores interruptions in the first partition, and may fail in the second. */
  static final class DeafFn extends DoFn<byte[], Void> {
    private static final long serialVersionUID = 1L;
    private final boolean fails;

    DeafFn(boolean fails) {
      this.fails = fails;
    }

    @Setup
    public void setUp() throws InterruptedException {
      if (isFirstPartition()) {
        stuck.countDown();
        while (release.getCount() > 0) {
          try {
            release.await();
          } catch (InterruptedException e) {
            continue; // what it must not do
          }
        }
      } else if (fails) {
        stuck.await();
        throw new IllegalStateException("the real cause");
      }
    }

    @ProcessElement
    public void process() {}

    @Teardown
    public void tearDown() {
      tornDown.countDown();
    }
  }

  /** Waits until it is interrupted. */
  static final class WaitingFn extends DoFn<byte[], Void> {
    private static final long serialVersionUID = 1L;

    @Setup
    public void setUp() throws InterruptedException {
      stuck.countDown();
      release.await();
    }

    @ProcessElement
    public void process() {}
  }

  static final class FullFn extends DoFn<byte[], Void> {
    private static final long serialVersionUID = 1L;

    @Setup
    public void setUp() {
      throw new OutOfMemoryError("thrown by hand");
    }

    @ProcessElement
    public void process() {}
  }
}
