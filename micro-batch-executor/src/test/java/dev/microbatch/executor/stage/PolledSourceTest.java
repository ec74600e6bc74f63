package dev.microbatch.executor.stage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.operator.HoldKind;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.Target;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.io.CountingSource;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A source that always has a next number, polled between two batches. */
class PolledSourceTest {

  private static final List<Long> SEEN = new ArrayList<>();
  private static final TupleTag<Void> MAIN = new TupleTag<>(Output.MAIN);

  private final ScheduledExecutorService timeLimits = Executors.newSingleThreadScheduledExecutor();
  private final BitSet all = new BitSet();
  private final BitSet nobody = new BitSet();

  private StageProgram program;

  @BeforeEach
  void open() {
    SEEN.clear();
    all.set(0);
    program = program();
    program.open();
  }

  @AfterEach
  void close() {
    program.closing().close();
    timeLimits.shutdownNow();
  }

  @Test
  void aPolledRecordWaitsForTheBatch() {
    PollReport report = program.poll();

    assertThat(report.hasRecord(), is(true));
    assertThat(SEEN.isEmpty(), is(true));
    assertThat(run(1, nobody, 0, false).recordsIn(), is(1L));
    assertThat(SEEN, contains(0L));
  }

  @Test
  void aSourceWithAPolledRecordIsNotAskedAgain() {
    program.poll();
    program.poll();

    run(1, nobody, 0, false);
    assertThat(SEEN, contains(0L));
    run(2, nobody, 0, false);
    assertThat(SEEN, contains(0L));
  }

  @Test
  void aPolledRecordIsPartOfTheShare() {
    program.poll();

    assertThat(run(1, all, 3, false).recordsIn(), is(3L));
    assertThat(SEEN, contains(0L, 1L, 2L));
  }

  @Test
  void aSourceThatHasNotEndedHoldsItsWatermarkItself() {
    assertThat(run(1, all, 3, false).hold(), is(HoldKind.SOURCE));
  }

  @Test
  void aDrainDoesNotLoseAPolledRecord() {
    program.poll();

    StageReport report = run(1, nobody, 0, true);

    assertThat(report.hold(), is(HoldKind.NONE));
    assertThat(SEEN, contains(0L));
    assertThat(report.recordsIn(), is(1L));
    assertThat(report.sourceDone(), is(true));
  }

  private StageReport run(long number, BitSet admitted, long share, boolean drain) {
    program.begin(
        new BatchHeader(
            number,
            number,
            admitted,
            new ReadShares(0, share),
            Clock.toNanos(1_000),
            true,
            drain,
            0,
            new long[] {EventTime.MAX},
            false));
    return program.complete();
  }

  @SuppressWarnings("deprecation") // pipelines are to use GenerateSequence, which is a transform
  private StageProgram program() {
    UnboundedSource<Long, ?> source = CountingSource.unbounded();
    Output toSee =
        new Output(Output.MAIN, "numbers", VarLongCoder.of(), List.of(new Target.ToStep(1)));
    Step read = new Step("Read", new StepSpec.UnboundedRead(source), List.of(toSee));
    Stage stage = new Stage(0, "Read", List.of(read, see()), List.of(), Map.of(), List.of());
    StageEnvironment environment =
        new StageEnvironment(
            new StageSettings(
                new SerializablePipelineOptions(PipelineOptionsFactory.create()),
                1,
                Map.of(0, List.of(source)),
                Enforcement.NONE,
                StateBackend.HEAP,
                true,
                0,
                false),
            Clock.system(),
            timeLimits,
            () -> false);
    Plan plan = new Plan("test", List.of(stage), List.of(), 16);
    return new StageProgram(
        plan,
        stage,
        0,
        environment,
        new StageClock(Clock.system()),
        (exchange, target, block, rest) -> {});
  }

  private static Step see() {
    StepSpec.ParDo spec =
        new StepSpec.ParDo(
            new SeeFn(),
            MAIN,
            List.of(),
            VarLongCoder.of(),
            Map.of(MAIN, VoidCoder.of()),
            WindowingStrategy.globalDefault(),
            List.of(),
            Map.of(),
            DoFnSchemaInformation.create(),
            false);
    return new Step("See", spec, List.of());
  }

  private static final class SeeFn extends DoFn<Long, Void> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Long number) {
      SEEN.add(number);
    }
  }
}
