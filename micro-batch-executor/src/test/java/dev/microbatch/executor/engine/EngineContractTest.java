package dev.microbatch.executor.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.checkpoint.AttachedStore;
import dev.microbatch.executor.checkpoint.CheckpointLog;
import dev.microbatch.executor.checkpoint.CheckpointStores;
import dev.microbatch.executor.checkpoint.CommitHeader;
import dev.microbatch.executor.checkpoint.PendingCommit;
import dev.microbatch.executor.checkpoint.RestoredCheckpoint;
import dev.microbatch.executor.checkpoint.WrittenFiles;
import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.operator.StepException;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.BatchHeader;
import dev.microbatch.executor.stage.ReadShares;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.stage.StageSettings;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.apache.beam.runners.core.construction.SerializablePipelineOptions;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link Engine} keeps. An engine's module has a subclass that makes its provider. */
public abstract class EngineContractTest {

  private static final long ONE_SECOND = 1_000;

  private final ScheduledExecutorService timeLimits = Executors.newSingleThreadScheduledExecutor();
  private final ExecutorService other = Executors.newSingleThreadExecutor();

  @TempDir Path directory;

  private EngineProvider provider;

  /** Makes a provider of the engine. */
  protected abstract EngineProvider newProvider();

  @BeforeEach
  void begin() {
    ContractPlan.forget();
    provider = newProvider();
  }

  @AfterEach
  void end() {
    ContractPlan.letGo();
    provider.close();
    timeLimits.shutdownNow();
    other.shutdownNow();
  }

  @Test
  protected void recordsOfOneUpstreamPartitionArriveInOrder() {
    try (Engine engine = engine(ContractPlan.counting(4, 3_000), 2, null)) {
      engine.start(null);
      engine.run(header(1, false), null);
    }

    Map<String, Integer> last = new HashMap<>();
    for (ContractPlan.Seen seen : ContractPlan.SEEN) {
      String way = seen.value() / ContractPlan.STRIDE + " in " + seen.instance();
      Integer before = last.put(way, seen.value());
      assertThat(way, before == null || before < seen.value(), is(true));
    }
    assertThat(ContractPlan.SEEN.size(), is(4 * 3_000));
  }

  @Test
  protected void aFullBlockIsAbsorbedBeforeItsProducerHasEnded() {
    try (Engine engine = engine(ContractPlan.counting(1, 5_000), 1, null)) {
      engine.start(null);
      engine.run(header(1, false), null);
    }

    assertThat(ContractPlan.seenByThen, is(not(0)));
  }

  @Test
  protected void oneBatchSettlesTheWholePlan() {
    try (Engine engine = engine(ContractPlan.counting(2, 1), 2, null)) {
      Outcome before = engine.start(null);
      assertThat(before.reports().size(), is(3 * 2));
      assertThat(watermarks(before), containsInAnyOrder(EventTime.MIN));

      Outcome after = engine.run(header(1, false), null);

      assertThat(after.reports().size(), is(3 * 2));
      assertThat(watermarks(after), containsInAnyOrder(EventTime.MAX));
      assertThat(after.captured(), is(nullValue()));
    }
  }

  @Test
  protected void aCommitBatchTellsWhatHasBeenCounted() {
    try (Engine engine = engine(ContractPlan.counting(3, 2), 2, null)) {
      engine.start(null);
      Outcome outcome = engine.run(header(1, true), null);

      MetricsContainerStepMap sum = new MetricsContainerStepMap();
      outcome.metrics().get().forEach(sum::updateAll);
      assertThat(
          sum.getContainer("Note").getCounter(ContractPlan.NOTED.getName()).getCumulative(),
          is(6L));
    }
  }

  @Test
  protected void
      acknowledgementsAreGivenInOrderByTheBatchWhoseHeaderSaysThatTheirCommitIsDurable() {
    try (Engine engine = engine(ContractPlan.finalizing("a", "b"), 2, null)) {
      engine.start(null);

      Outcome sealed = engine.run(header(1, true), null);
      assertThat(ContractPlan.ACKNOWLEDGED, is(empty()));
      assertThat(isUnacknowledged(sealed), is(true));
      assertThat(isUnacknowledged(engine.run(header(2, false), null)), is(true));
      assertThat(ContractPlan.ACKNOWLEDGED, is(empty()));

      Outcome given = engine.run(header(3, false, 1), null);
      assertThat(ContractPlan.acknowledged(), is(List.of("a", "b")));
      assertThat(isUnacknowledged(given), is(false));
    }
  }

  @Test
  protected void theLastCommitIsAcknowledgedWithoutABatchAndBeforeTeardown() {
    try (Engine engine = engine(ContractPlan.finalizing("a"), 2, null)) {
      engine.start(null);
      engine.run(header(1, true), null);

      engine.acknowledge(1);

      assertThat(ContractPlan.acknowledged(), is(List.of("a")));
      assertThat(ContractPlan.TORN_DOWN.get(), is(0));
    }
    assertThat(ContractPlan.TORN_DOWN.get(), is(ContractPlan.SET_UP.get()));
  }

  @Test
  protected void whatWasCapturedIsWrittenWhileBatchesGoOnAndIsRestored() throws IOException {
    assertRestored(2, 2);
  }

  @Test
  protected void whatWasCapturedIsRestoredAtAnotherParallelism() throws IOException {
    assertRestored(2, 3);
  }

  private void assertRestored(int before, int after) throws IOException {
    Plan plan = ContractPlan.remembering(20);
    commit(plan, before);
    ContractPlan.forget();

    try (CheckpointLog log = log()) {
      RestoredCheckpoint checkpoint = log.restored().orElseThrow();
      assertThat(new String(checkpoint.attachments().get("note"), UTF_8), is("along"));
      try (Engine engine = engine(plan, after, log.store())) {
        engine.start(checkpoint.chainsOfTasks());
        engine.run(header(2, false, 1), null);
      }
    }
    assertThat(
        ContractPlan.REMEMBERED,
        containsInAnyOrder(
            IntStream.range(0, 20).mapToObj(key -> key + ": 1").toArray(String[]::new)));
  }

  /** Captures in the first batch, changes the state in the second, and then writes the first. */
  private void commit(Plan plan, int parallelism) throws IOException {
    try (CheckpointLog log = log();
        Engine engine = engine(plan, parallelism, log.store())) {
      log.begin();
      engine.start(null);
      CaptureScopes everything =
          CaptureScopes.of(plan, parallelism, (step, partition) -> SnapshotScope.EVERYTHING);
      try (CapturedCommit captured = engine.run(header(1, true), everything).captured()) {
        assertThat(captured, is(notNullValue()));
        engine.run(header(2, false), null);
        PendingCommit pending =
            log.prepare(
                new CommitHeader(
                    plan.name(),
                    1,
                    ONE_SECOND,
                    parallelism,
                    plan.keyGroups(),
                    "hash",
                    "c0ffee",
                    Set.of("Script", "Remember"),
                    CommitHeader.End.RUNNING),
                Map.of("note", "along".getBytes(UTF_8)));
        captured.write(pending.target(), pending.attachments()); // as if its manifest had failed
        WrittenFiles files = captured.write(pending.target(), pending.attachments());
        assertThat("a segment of each task", files.segments().size(), is(2 * parallelism));
        log.commit(pending, files);
      }
    }
  }

  private CheckpointLog log() {
    return CheckpointLog.open(CheckpointStores.open(directory.toString()), 2);
  }

  @Test
  protected void aFailureNamesItsStepAndBringsWhatUserCodeThrew() {
    Engine engine = engine(ContractPlan.failing(), 2, null);
    engine.start(null);

    StepException failure =
        assertThrows(StepException.class, () -> engine.run(header(1, false), null));

    assertThat(failure.stepName(), is("Fail"));
    assertThat(failure.getCause(), is(instanceOf(UnsupportedOperationException.class)));
    assertThat(failure.getCause().getMessage(), is("not today"));
    engine.close();
    assertThat(ContractPlan.TORN_DOWN.get(), is(ContractPlan.SET_UP.get()));
    assertThat(provider.mayStillRun(), is(false));
  }

  @Test
  protected void anInterruptionEndsABatch() throws InterruptedException {
    Engine engine = engine(ContractPlan.waiting(), 2, null);
    engine.start(null);
    Future<?> run = other.submit(() -> engine.run(header(1, false), null));
    ContractPlan.waits.await();

    engine.interrupt();

    ExecutionException thrown = assertThrows(ExecutionException.class, run::get);
    assertThat(thrown.getCause(), is(instanceOf(BatchInterruptedException.class)));
    engine.close();
    assertThat(ContractPlan.TORN_DOWN.get(), is(ContractPlan.SET_UP.get()));
  }

  @Test
  protected void aFailureFromOutsideEndsABatchAndIsThrown() throws InterruptedException {
    Engine engine = engine(ContractPlan.waiting(), 2, null);
    engine.start(null);
    Future<?> run = other.submit(() -> engine.run(header(1, false), null));
    ContractPlan.waits.await();

    engine.fail(new IllegalStateException("no commit"));

    ExecutionException thrown = assertThrows(ExecutionException.class, run::get);
    assertThat(thrown.getCause().getMessage(), is("no commit"));
    engine.close();
  }

  @Test
  protected void anEngineThatNeverStartedCanBeClosed() {
    Engine engine = engine(ContractPlan.counting(1, 1), 2, null);

    engine.close();

    assertThat(ContractPlan.SET_UP.get(), is(0));
  }

  private Engine engine(Plan plan, int parallelism, @Nullable AttachedStore store) {
    StageSettings settings =
        new StageSettings(
            new SerializablePipelineOptions(PipelineOptionsFactory.create()),
            parallelism,
            Map.of(),
            Enforcement.NONE,
            StateBackend.HEAP,
            store != null,
            0,
            false);
    return provider.create(
        plan, settings, new EngineServices(Clock.system(), timeLimits, () -> false, store), null);
  }

  private static BatchHeader header(long number, boolean commit) {
    return header(number, commit, 0);
  }

  private static BatchHeader header(long number, boolean commit, long durable) {
    BitSet admitted = new BitSet();
    admitted.set(0);
    long[] horizons = new long[ContractPlan.MOST_STAGES];
    Arrays.fill(horizons, EventTime.MAX);
    return new BatchHeader(
        number,
        number * ONE_SECOND,
        admitted,
        new ReadShares(ContractPlan.MOST_STAGES, Long.MAX_VALUE),
        Clock.toNanos(ONE_SECOND),
        commit,
        false,
        durable,
        horizons,
        true);
  }

  private static List<Long> watermarks(Outcome outcome) {
    return outcome.reports().stream().map(report -> report.times().watermark()).distinct().toList();
  }

  private static boolean isUnacknowledged(Outcome outcome) {
    return outcome.reports().stream().anyMatch(StageReport::unacknowledged);
  }
}
