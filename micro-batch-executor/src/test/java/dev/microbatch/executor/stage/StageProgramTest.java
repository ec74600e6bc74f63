package dev.microbatch.executor.stage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.block.Block;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.Target;
import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract between an engine and a stage program. Three stages: Read, which is never run, sends
 * to all partitions of Double, and that to the same partition of Keep.
 */
class StageProgramTest {

  private static final int PARALLELISM = 2;
  private static final int PARTITION = 1;
  private static final int READ = 0;
  private static final int DOUBLED = 1;
  private static final TupleTag<String> MAIN = new TupleTag<>(Output.MAIN);
  private static final List<String> KEPT = new ArrayList<>();
  private static final AtomicInteger TORN_DOWN = new AtomicInteger();

  private final ScheduledExecutorService timeLimits = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService other = Executors.newSingleThreadExecutor();

  @BeforeEach
  void forget() {
    KEPT.clear();
    TORN_DOWN.set(0);
  }

  @AfterEach
  void stop() {
    timeLimits.shutdownNow();
    other.shutdownNow();
  }

  @Test
  void awaitsTheEndOfEveryUpstreamPartitionAndTakesTheEarliestTimes() {
    StageProgram program = opened(new DoubleFn());
    program.begin(batch(1));
    program.ended(READ, 1, new Times(50, 7));
    assertThat(program.awaitsEnds(), is(true));
    program.ended(READ, 0, new Times(40, 9));
    assertThat(program.awaitsEnds(), is(false));

    assertThat(program.complete().times(), is(new Times(40, 7)));
  }

  @Test
  void awaitsOneEndOfWhatComesFromItsOwnPartitionOnly() {
    StageProgram keep = keep((exchange, target, block, rest) -> {});
    keep.begin(batch(1));
    keep.ended(DOUBLED, PARTITION, new Times(50, 7));

    assertThat(keep.awaitsEnds(), is(false));
    assertThat(keep.complete().times(), is(new Times(50, 7)));
  }

  @Test
  void refusesToCompleteWhileAnEndIsMissing() {
    StageProgram program = opened(new DoubleFn());
    program.begin(batch(1));
    program.ended(READ, 0, new Times(40, 9));

    assertThat(
        refused(program::complete),
        allOf(
            containsString("Stage Double in partition 1"),
            containsString("1 of 2 ends are missing"),
            containsString("partition 1 of exchange 0 (read)")));
  }

  @Test
  void refusesAnEndThatComesTwice() {
    StageProgram program = opened(new DoubleFn());
    program.begin(batch(1));
    program.ended(READ, 0, new Times(40, 9));

    assertThat(
        refused(() -> program.ended(READ, 0, new Times(40, 9))),
        allOf(
            containsString("Stage Double in partition 1"),
            containsString("partition 0 of exchange 0 (read) has come twice")));
  }

  @Test
  void refusesAnEndOfAnotherStage() {
    StageProgram keep = keep((exchange, target, block, rest) -> {});
    keep.begin(batch(1));

    for (int[] end : new int[][] {{DOUBLED, 0}, {DOUBLED, 2}, {READ, PARTITION}}) {
      assertThat(
          refused(() -> keep.ended(end[0], end[1], new Times(40, 9))),
          containsString(
              "partition " + end[1] + " of exchange " + end[0] + " does not belong here"));
    }
  }

  @Test
  void endsCountForOneBatch() {
    StageProgram program = opened(new DoubleFn());
    run(program, 1);
    program.begin(batch(2));
    assertThat(program.awaitsEnds(), is(true));
    assertThat(refused(program::complete), containsString("2 of 2 ends are missing"));
  }

  /** The calls of an engine. */
  enum Call {
    RESTORE(program -> program.restore(new Nothing())),
    OPEN(StageProgram::open),
    BEGIN(program -> program.begin(batch(1))),
    ABSORB(program -> program.absorb(READ, block("a"))),
    ENDED(program -> program.ended(READ, 0, new Times(40, 9))),
    COMPLETE(StageProgramTest::complete),
    REPORT(StageProgram::report),
    FREEZE(program -> program.freeze(1, SnapshotScope.EVERYTHING)),
    ACKNOWLEDGE(program -> program.acknowledge(1));

    @SuppressWarnings("ImmutableEnumChecker") // functions without state
    private final Consumer<StageProgram> call;

    Call(Consumer<StageProgram> call) {
      this.call = call;
    }
  }

  /** What came before, and which calls may come then. */
  record Moment(String phase, List<Call> before, List<Call> accepted) {}

  static Stream<Moment> moments() {
    return Stream.of(
        new Moment("not open yet", List.of(), List.of(Call.RESTORE, Call.OPEN)),
        new Moment("restored, but not open yet", List.of(Call.RESTORE), List.of(Call.OPEN)),
        new Moment(
            "between two batches",
            List.of(Call.OPEN),
            List.of(Call.BEGIN, Call.REPORT, Call.FREEZE, Call.ACKNOWLEDGE)),
        new Moment(
            "in a batch",
            List.of(Call.OPEN, Call.BEGIN),
            List.of(Call.ABSORB, Call.ENDED, Call.COMPLETE)));
  }

  @ParameterizedTest
  @MethodSource("moments")
  void takesOnlyTheCallsThatMayComeAtThatMoment(Moment moment) {
    for (Call next : Call.values()) {
      StageProgram program = built(new DoubleFn());
      moment.before().forEach(call -> call.call.accept(program));
      if (moment.accepted().contains(next)) {
        next.call.accept(program);
      } else {
        assertThat(
            next.toString(),
            refused(() -> next.call.accept(program)),
            containsString("must not be called while it is " + moment.phase()));
      }
      program.closing().close();
    }
  }

  @ParameterizedTest
  @EnumSource(Call.class)
  void takesNoCallWhenItHasBeenClosed(Call call) {
    StageProgram program = opened(new DoubleFn());
    program.begin(batch(1));
    program.closing().close();

    assertThat(
        refused(() -> call.call.accept(program)), containsString("Stage Double in partition 1: "));
    assertThat(
        refused(() -> call.call.accept(program)),
        containsString("() must not be called while it is closed"));
  }

  @Test
  void tearsDownItsStepsOnceWhenItIsClosed() {
    StageProgram program = opened(new DoubleFn());
    run(program, 1);
    program.closing().close();
    program.closing().close();

    assertThat(TORN_DOWN.get(), is(1));
  }

  @Test
  void mayBeBuiltOnAnotherThreadThanItRunsOn() throws Exception {
    StageProgram program = other.submit(() -> built(new DoubleFn())).get();
    program.open();

    assertThat(run(program, 1).times(), is(new Times(40, 7)));
  }

  @ParameterizedTest
  @EnumSource(Call.class)
  void refusesACallOnAnotherThread(Call call) {
    StageProgram program = opened(new DoubleFn());
    if (List.of(Call.ABSORB, Call.ENDED, Call.COMPLETE).contains(call)) {
      program.begin(batch(1));
      program.ended(READ, 1, new Times(50, 7));
    }
    if (call == Call.COMPLETE) {
      program.ended(READ, 0, new Times(40, 9));
    }

    Throwable thrown =
        assertThrows(
                ExecutionException.class, () -> other.submit(() -> call.call.accept(program)).get())
            .getCause();

    assertThat(thrown, instanceOf(IllegalStateException.class));
    assertThat(
        thrown.getMessage(),
        allOf(
            containsString("Stage Double in partition 1"),
            containsString("all calls have to come on thread " + Thread.currentThread().getName()),
            containsString("came on thread pool-")));
  }

  @Test
  void whatUserCodeOutputsOnAThreadOfItsOwnIsAbsorbedThere() {
    StageProgram keep = keep((exchange, target, block, rest) -> {});
    StageProgram program =
        built(new OwnThreadFn(), (exchange, target, block, rest) -> keep.absorb(exchange, block));
    program.open();
    keep.begin(batch(1));
    run(program, 1);

    assertThat(KEPT.size(), is(OwnThreadFn.OUTPUTS));
  }

  @Test
  void aFailureIsNotForgottenWhenUserCodeCatchesIt() {
    StageProgram program = opened(new FailingFn());
    program.begin(batch(1));
    StepException first =
        assertThrows(StepException.class, () -> program.absorb(READ, block("a", "b")));
    assertThat(first.stepName(), is("Double"));

    StepException again = assertThrows(StepException.class, () -> program.absorb(READ, block("c")));

    assertThat(again, is(sameInstance(first)));
  }

  private StageEnvironment environment() {
    return new StageEnvironment(
        new StageSettings(
            new SerializablePipelineOptions(PipelineOptionsFactory.create()),
            PARALLELISM,
            Map.of(),
            Enforcement.NONE,
            StateBackend.HEAP,
            true,
            0,
            false),
        Clock.system(),
        timeLimits,
        () -> false);
  }

  private StageProgram built(DoFn<String, String> fn) {
    return built(fn, (exchange, target, block, rest) -> {});
  }

  private StageProgram built(DoFn<String, String> fn, BlockSink sink) {
    Plan plan = plan(fn);
    return new StageProgram(
        plan, plan.stages().get(1), PARTITION, environment(), new StageClock(Clock.system()), sink);
  }

  private StageProgram opened(DoFn<String, String> fn) {
    StageProgram program = built(fn);
    program.open();
    return program;
  }

  private StageProgram keep(BlockSink sink) {
    Plan plan = plan(new DoubleFn());
    StageProgram keep =
        new StageProgram(
            plan,
            plan.stages().get(2),
            PARTITION,
            environment(),
            new StageClock(Clock.system()),
            sink);
    keep.open();
    return keep;
  }

  private static StageReport run(StageProgram program, long number) {
    program.begin(batch(number));
    program.absorb(READ, block("a"));
    return complete(program);
  }

  private static StageReport complete(StageProgram program) {
    if (program.awaitsEnds()) {
      program.ended(READ, 0, new Times(40, 9));
      program.ended(READ, 1, new Times(50, 7));
    }
    return program.complete();
  }

  private static BatchHeader batch(long number) {
    long[] horizons = {EventTime.MAX, EventTime.MAX, EventTime.MAX};
    return new BatchHeader(
        number, 1000, new BitSet(), new ReadShares(3, 0), 0, false, false, 0, horizons, false);
  }

  private static Block block(String... values) {
    Block block = new Block(values.length, false);
    for (String value : values) {
      block.add(value, Meta.GLOBAL);
    }
    return block;
  }

  private static String refused(Runnable call) {
    return assertThrows(IllegalStateException.class, call::run).getMessage();
  }

  private static Plan plan(DoFn<String, String> fn) {
    Step impulse =
        new Step(
            "Read",
            new StepSpec.Impulse(),
            List.of(
                new Output(
                    Output.MAIN,
                    "read",
                    ByteArrayCoder.of(),
                    List.of(new Target.ToExchange(READ)))));
    return new Plan(
        "plan",
        List.of(
            new Stage(0, "Read", List.of(impulse), List.of(), Map.of(), List.of()),
            stage(1, "Double", fn, READ, List.of(new Target.ToExchange(DOUBLED))),
            stage(2, "Keep", new KeepFn(), DOUBLED, List.of())),
        List.of(
            exchange(READ, "read", Exchange.Kind.REBALANCE),
            exchange(DOUBLED, "doubled", Exchange.Kind.FORWARD)),
        16);
  }

  private static Exchange exchange(int id, String name, Exchange.Kind kind) {
    return new Exchange(
        id, name, id, id + 1, kind, StringUtf8Coder.of(), GlobalWindow.Coder.INSTANCE, null, null);
  }

  private static Stage stage(
      int id, String name, DoFn<String, String> fn, int input, List<Target> targets) {
    Step receive =
        new Step(
            name + "/Receive",
            new StepSpec.Receive(),
            List.of(
                new Output(
                    Output.MAIN, "input", StringUtf8Coder.of(), List.of(new Target.ToStep(1)))));
    StepSpec.ParDo spec =
        new StepSpec.ParDo(
            fn,
            MAIN,
            List.of(),
            StringUtf8Coder.of(),
            Map.of(MAIN, StringUtf8Coder.of()),
            WindowingStrategy.globalDefault(),
            List.of(),
            Map.of(),
            DoFnSchemaInformation.create(),
            false);
    Step step =
        new Step(name, spec, List.of(new Output(Output.MAIN, name, StringUtf8Coder.of(), targets)));
    return new Stage(id, name, List.of(receive, step), List.of(input), Map.of(), List.of());
  }

  /** A commit that holds nothing. */
  private static final class Nothing implements RestoredStages {
    @Override
    public long commit() {
      return 1;
    }

    @Override
    public int parallelism() {
      return PARALLELISM;
    }

    @Override
    public void read(String step, int partition, KeyGroupRange range, EntrySink sink) {}
  }

  static final class DoubleFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String element, OutputReceiver<String> output) {
      output.output(element + element);
    }

    @Teardown
    public void tearDown() {
      TORN_DOWN.incrementAndGet();
    }
  }

  /** Outputs more than a block on a thread of its own, and waits for it. */
  static final class OwnThreadFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    static final int OUTPUTS = 2 * ExchangeWriter.MAX_RECORDS + 3;

    @ProcessElement
    public void process(@Element String element, OutputReceiver<String> output) throws Exception {
      ExecutorService own = Executors.newSingleThreadExecutor();
      try {
        own.submit(
                () -> {
                  for (int i = 0; i < OUTPUTS; i++) {
                    output.output(element + i);
                  }
                })
            .get();
      } finally {
        own.shutdown();
      }
    }
  }

  static final class FailingFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String element) {
      throw new IllegalArgumentException("no " + element);
    }
  }

  static final class KeepFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String element) {
      KEPT.add(element);
    }
  }
}
