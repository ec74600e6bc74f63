package dev.microbatch.executor.batch;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.batch.CheckpointOptions.OnSourceChange;
import dev.microbatch.executor.batch.FoundSource.Broker;
import dev.microbatch.executor.batch.FoundSource.Splitting;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.CheckpointStores;
import dev.microbatch.executor.enforce.Enforcement;
import dev.microbatch.executor.engine.EmbeddedEngineProvider;
import dev.microbatch.executor.log.Log;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.SourceIdentity;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.time.Clock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source that finds something else when it is split than before is not restored in silence. */
class GrownSourceTest {

  private static final String STEP = "Read";

  @TempDir Path checkpoints;

  private final Log log = Log.of("dev.microbatch.executor.batch");

  @AfterEach
  void close() {
    log.close();
  }

  private List<String> warnings() {
    return log.messages(Level.WARNING, "");
  }

  private record SameIdentity(String hash, String text) implements PlanIdentity {
    @Override
    public List<String> incompatibilities(String stored) {
      return List.of();
    }
  }

  /** Starts a pipeline, or resumes it, and stops it after a commit. */
  private void run(FoundSource source, String code, int parallelism, OnSourceChange policy) {
    Output numbers = new Output(Output.MAIN, "numbers", VarLongCoder.of(), List.of());
    Step step = new Step(STEP, new StepSpec.UnboundedRead(source), List.of(numbers));
    Stage stage = new Stage(0, STEP, List.of(step), List.of(), Map.of(), List.of());
    Plan plan =
        new Plan("plan", List.of(stage), List.of(), 8)
            .withSources(Map.of(STEP, new SourceIdentity(new TreeMap<>(), code)));
    PlanExecution execution =
        new PlanExecution(
            plan,
            new LoopOptions(
                parallelism,
                0,
                -1,
                -1,
                1,
                0,
                new Enforcement(false, false),
                StateBackend.HEAP,
                false),
            new CheckpointOptions(
                () -> CheckpointStores.open(checkpoints.toString()),
                new SameIdentity("hash", "text"),
                CheckpointOptions.Restore.AUTO,
                true,
                new RetryPolicy(0, 0),
                0,
                policy),
            PipelineOptionsFactory.create(),
            new EmbeddedEngineProvider(),
            Clock.system());
    execution.stop();
    assertThat(execution.run(), is(PlanExecution.End.STOPPED));
  }

  private void start(FoundSource source, int parallelism) {
    run(source, "code", parallelism, OnSourceChange.REFUSE);
  }

  private void resume(FoundSource source) {
    run(source, "code", 2, OnSourceChange.REFUSE);
  }

  private String refusal(FoundSource source, OnSourceChange policy) {
    return assertThrows(CheckpointException.class, () -> run(source, "code", 2, policy))
        .getMessage();
  }

  @Test
  void aSourceThatFindsTheSameResumes() {
    FoundSource source = new Broker(4).source(Splitting.PARTITIONS);
    start(source, 2);

    resume(source);

    assertThat(warnings(), empty());
  }

  @Test
  void anotherParallelismDoesNotChangeWhatASourceFinds() {
    FoundSource source = new Broker(6).source(Splitting.PARTITIONS);
    start(source, 3);

    resume(source);

    assertThat(warnings(), empty());
  }

  @Test
  void newPartitionsInAsManySplitsAreRefused() {
    Broker broker = new Broker(4);
    FoundSource source = broker.source(Splitting.PARTITIONS);
    start(source, 2);
    broker.setPartitions(6);

    assertThat(
        refusal(source, OnSourceChange.REFUSE),
        allOf(
            containsString("source Read"),
            containsString("2 splits of it, of which 0 are the same"),
            containsString("If changed sources are kept"),
            containsString("another checkpoint directory")));
  }

  @Test
  void newPartitionsInMoreSplitsAreRefused() {
    Broker broker = new Broker(2);
    FoundSource source = broker.source(Splitting.PARTITIONS);
    start(source, 4);
    broker.setPartitions(3);

    assertThat(
        refusal(source, OnSourceChange.REFUSE),
        allOf(
            containsString("source Read"),
            containsString("3 splits"),
            containsString("2 splits of it, of which 2 are the same")));
  }

  @Test
  void newPartitionsAreNotMatchedWithStoredPositions() {
    Broker broker = new Broker(4);
    FoundSource source = broker.source(Splitting.PARTITIONS);
    start(source, 2);
    broker.setPartitions(6);

    assertThat(
        refusal(source, OnSourceChange.RESPLIT),
        allOf(containsString("Read"), containsString("If changed sources are kept")));
  }

  @Test
  void newPartitionsAreLeftOutWithAWarningIfTheUserSaysSo() {
    Broker broker = new Broker(4);
    FoundSource source = broker.source(Splitting.PARTITIONS);
    start(source, 2);
    broker.setPartitions(6);

    run(source, "code", 2, OnSourceChange.KEEP);

    assertThat(
        warnings(),
        contains(
            allOf(
                containsString("source Read"),
                containsString("As you have chosen, the stored splits are read"),
                containsString("is not read"))));
    refusal(source, OnSourceChange.REFUSE);
  }

  @Test
  void aSourceThatCannotBeSplitNowResumesWithAWarning() {
    Broker broker = new Broker(4);
    FoundSource source = broker.source(Splitting.PARTITIONS);
    start(source, 2);
    broker.goDown();

    resume(source);

    assertThat(
        warnings(), contains(allOf(containsString("Read"), containsString("the broker is down"))));
  }

  @Test
  void aSourceThatSplitsDifferentlyEachTimeResumesWithAWarning() {
    FoundSource source = new Broker(2).source(Splitting.NAMES);
    start(source, 2);

    resume(source);

    assertThat(warnings(), contains(allOf(containsString("Read"), containsString("each time"))));
  }

  @Test
  void aSourceThatSplitsDifferentlyEachTimeIsStillComparedByNumber() {
    Broker broker = new Broker(2);
    FoundSource source = broker.source(Splitting.NAMES);
    start(source, 2);
    broker.setPartitions(3);

    assertThat(refusal(source, OnSourceChange.REFUSE), containsString("3 splits"));
  }

  @Test
  void copiesOfOneQueueResumeWithoutALook() {
    Broker broker = new Broker(1);
    start(broker.source(Splitting.COPIES), 2);

    resume(broker.source(Splitting.COPIES));

    assertThat(broker.looks(), is(1));
    assertThat(warnings(), empty());
  }

  @Test
  void aSubscriptionIsNotMadeAgain() {
    Broker broker = new Broker(1);
    start(broker.source(Splitting.SUBSCRIPTION), 2);

    resume(broker.source(Splitting.SUBSCRIPTION));

    assertThat(broker.looks(), is(1));
    assertThat(warnings(), empty());
  }

  @Test
  void aSubscriptionIsNotMadeAgainBecauseCodeHasChanged() {
    Broker broker = new Broker(1);
    start(broker.source(Splitting.SUBSCRIPTION), 2);

    run(broker.source(Splitting.SUBSCRIPTION), "new code", 2, OnSourceChange.REFUSE);

    assertThat(broker.looks(), is(1));
  }

  @Test
  void copiesOfOneQueueAreSplitAgainWhenCodeHasChanged() {
    Broker broker = new Broker(1);
    start(broker.source(Splitting.COPIES), 2);

    run(broker.source(Splitting.COPIES), "new code", 4, OnSourceChange.REFUSE);

    assertThat(broker.looks(), is(2));
  }

  @Test
  void aSourceIsLookedAtOncePerStart() {
    Broker broker = new Broker(4);
    start(broker.source(Splitting.PARTITIONS), 2);

    resume(broker.source(Splitting.PARTITIONS));

    assertThat(broker.looks(), is(2));
  }

  @Test
  void whatIsRefusedLeavesNoClaim() {
    Broker broker = new Broker(4);
    FoundSource source = broker.source(Splitting.PARTITIONS);
    start(source, 2);
    broker.setPartitions(6);
    final List<String> before = files();

    refusal(source, OnSourceChange.REFUSE);

    assertThat(before, not(empty()));
    assertThat(files(), is(before));
  }

  private List<String> files() {
    return List.of(String.valueOf(checkpoints.toFile().list().length));
  }
}
