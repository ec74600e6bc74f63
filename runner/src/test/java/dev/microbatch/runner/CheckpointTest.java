package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.coders.BigEndianIntegerCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class CheckpointTest implements Serializable {

  private static final int NUMBERS = 1000;
  private static final int KEYS = 7;

  /** The last number: when it comes, many batches have run. */
  private static final long POISON = NUMBERS - 1;

  /** What each number was numbered within its key; a replay writes the same again. */
  private static final Queue<KV<Long, Integer>> NUMBERED = new ConcurrentLinkedQueue<>();

  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final AtomicInteger FAILURES_LEFT = new AtomicInteger();
  private static final Queue<Boolean> COMMITTED_BEFORE = new ConcurrentLinkedQueue<>();
  private static final AtomicLong LEAST = new AtomicLong();
  private static CountDownLatch running;

  @TempDir transient Path directory;

  @BeforeEach
  void reset() {
    NUMBERED.clear();
    CALLS.set(0);
    FAILURES_LEFT.set(0);
    COMMITTED_BEFORE.clear();
    running = new CountDownLatch(1);
  }

  /**
   * Numbers the elements of a key. The last element fails as often as it is told to, each time when
   * there is a commit to go back to.
   */
  private static final class Numbering extends DoFn<KV<Integer, Long>, Void> {

    private final Counter seen = Metrics.counter("test", "seen");

    @StateId("count")
    private final StateSpec<ValueState<Integer>> spec;

    Numbering(Coder<Integer> coder) {
      this.spec = StateSpecs.value(coder);
    }

    @ProcessElement
    public void process(
        @Element KV<Integer, Long> element,
        @StateId("count") ValueState<Integer> count,
        PipelineOptions options)
        throws IOException, InterruptedException {
      CALLS.incrementAndGet();
      if (element.getValue() == POISON && FAILURES_LEFT.getAndDecrement() > 0) {
        awaitCommit(Path.of(options.as(MicroBatchPipelineOptions.class).getCheckpointDir()));
        throw new IllegalArgumentException("poison " + POISON);
      }
      Integer before = count.read();
      int number = before == null ? 1 : before + 1;
      count.write(number);
      NUMBERED.add(KV.of(element.getValue(), number));
      seen.inc();
    }
  }

  /** Waits for a manifest. Who goes back waits until it is written to its end. */
  private static void awaitCommit(Path directory) throws IOException, InterruptedException {
    try (WatchService watch = directory.getFileSystem().newWatchService()) {
      directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      while (!holds(directory, "m-")) {
        watch.take().reset();
      }
    }
  }

  private static boolean holds(Path directory, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.anyMatch(file -> file.getFileName().toString().startsWith(prefix));
    }
  }

  private MicroBatchPipelineOptions options(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--checkpointDir=" + directory);
    all.add("--checkpointIntervalMillis=1");
    all.add("--maxRecordsPerBatch=40");
    all.add("--batchIntervalMillis=1");
    MicroBatchPipelineOptions options =
        PipelineOptionsFactory.fromArgs(all.toArray(new String[0]))
            .as(MicroBatchPipelineOptions.class);
    options.setRunner(MicroBatchRunner.class);
    return options;
  }

  private static Pipeline numbering(MicroBatchPipelineOptions options, Coder<Integer> coder) {
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply("Numbers", GenerateSequence.from(0).to(NUMBERS))
        .apply(
            "Key",
            WithKeys.of((Long n) -> (int) (n % KEYS)).withKeyType(TypeDescriptors.integers()))
        .setCoder(KvCoder.of(VarIntCoder.of(), VarLongCoder.of()))
        .apply("Number", ParDo.of(new Numbering(coder)));
    return pipeline;
  }

  private static PipelineResult run(MicroBatchPipelineOptions options) {
    return numbering(options, VarIntCoder.of()).run();
  }

  /** Without the pauses behind failures. */
  private static PipelineResult runImpatiently(MicroBatchPipelineOptions options) {
    return MicroBatchRunner.fromOptions(options)
        .run(numbering(options, VarIntCoder.of()), new ImpatientClock());
  }

  /** Each key's elements have the numbers from 1 on, each once, whatever was replayed. */
  private static void assertEachCountedOnce() {
    Map<Long, Integer> last = new HashMap<>();
    NUMBERED.forEach(one -> last.put(one.getKey(), one.getValue()));
    assertThat(last.size(), is(NUMBERS));
    for (int key = 0; key < KEYS; key++) {
      int k = key;
      List<Integer> numbers =
          last.entrySet().stream()
              .filter(one -> one.getKey() % KEYS == k)
              .map(Map.Entry::getValue)
              .sorted()
              .toList();
      for (int i = 0; i < numbers.size(); i++) {
        assertThat("key " + key, numbers.get(i), is(i + 1));
      }
    }
  }

  private static long counted(PipelineResult result, boolean committed) {
    MetricsFilter filter =
        MetricsFilter.builder().addNameFilter(MetricNameFilter.named("test", "seen")).build();
    MetricResult<Long> counter =
        result.metrics().queryMetrics(filter).getCounters().iterator().next();
    return committed ? counter.getCommitted() : counter.getAttempted();
  }

  @Test
  void aFailedBatchIsRunAgainFromTheLastCommit() {
    FAILURES_LEFT.set(2);

    PipelineResult result = runImpatiently(options());

    assertThat(result.getState(), is(State.DONE));
    assertEachCountedOnce();
    assertThat(counted(result, true), is((long) NUMBERS));
    assertThat(counted(result, false), is((long) NUMBERS));
    assertThat(((MicroBatchResult) result).restores(), is(2));
  }

  @Test
  void aBatchThatFailsEachTimeFailsThePipelineWithTheCauseAndTheStep() {
    FAILURES_LEFT.set(Integer.MAX_VALUE);

    StepFailedException failure =
        assertThrows(
            StepFailedException.class, () -> runImpatiently(options("--maxBatchRetries=2")));

    assertThat(failure.getCause().getMessage(), is("poison " + POISON));
    assertThat(failure.getMessage(), containsString("Number"));
    assertThat(Integer.MAX_VALUE - FAILURES_LEFT.get(), is(greaterThanOrEqualTo(3)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void aPipelineThatFailedGoesOnFromItsLastCommitAtAnyParallelism(int parallelism) {
    FAILURES_LEFT.set(1);
    assertThrows(
        StepFailedException.class, () -> run(options("--maxBatchRetries=0", "--parallelism=2")));
    CALLS.set(0);

    PipelineResult result = run(options("--restore=REQUIRED", "--parallelism=" + parallelism));

    assertEachCountedOnce();
    assertThat("read from where it was", CALLS.get(), lessThan(NUMBERS));
    assertThat(counted(result, true), is((long) NUMBERS));
    assertThat(((MicroBatchResult) result).restores(), is(1));
  }

  @Test
  void aPipelineThatIsDoneIsNotRunAgain() {
    run(options());
    CALLS.set(0);

    PipelineResult again = run(options());

    assertThat(again.getState(), is(State.DONE));
    assertThat(CALLS.get(), is(0));
    assertThat(counted(again, true), is((long) NUMBERS));
  }

  @Test
  void aRequiredCheckpointMustBeThere() {
    CheckpointException refused =
        assertThrows(CheckpointException.class, () -> run(options("--restore=REQUIRED")));

    assertThat(
        refused.getMessage(),
        allOf(
            containsString("the checkpoint directory holds none"),
            containsString("--restore=AUTO")));
    assertThat(CALLS.get(), is(0));
  }

  @Test
  void aDirectoryThatMustBeEmptyIsRefusedIfItIsNot() {
    run(options());

    CheckpointException refused =
        assertThrows(CheckpointException.class, () -> run(options("--restore=NONE")));

    assertThat(
        refused.getMessage(),
        allOf(
            containsString("There must be no checkpoint yet"),
            containsString("--checkpointDir"),
            containsString("--restore=AUTO")));
  }

  @Test
  void aStateCoderThatChangedIsRefusedByStepAndCell() {
    FAILURES_LEFT.set(1);
    assertThrows(StepFailedException.class, () -> run(options("--maxBatchRetries=0")));

    CheckpointException refused =
        assertThrows(
            CheckpointException.class,
            () -> numbering(options(), BigEndianIntegerCoder.of()).run());

    assertThat(
        refused.getMessage(),
        allOf(
            containsString("state count of step Number"),
            containsString("VarIntCoder"),
            containsString("BigEndianIntegerCoder")));
  }

  @Test
  void theDirectoryOfAnotherPipelineIsRefused() {
    run(options());
    Pipeline other = Pipeline.create(options());
    other.apply("Others", GenerateSequence.from(0).to(3));

    CheckpointException refused = assertThrows(CheckpointException.class, other::run);

    assertThat(refused.getMessage(), containsString("step Number"));
  }

  @Test
  void anotherNumberOfKeyGroupsIsRefused() {
    FAILURES_LEFT.set(1);
    assertThrows(StepFailedException.class, () -> run(options("--maxBatchRetries=0")));

    CheckpointException refused =
        assertThrows(CheckpointException.class, () -> run(options("--maxParallelism=64")));

    assertThat(
        refused.getMessage(),
        allOf(containsString("of 64"), containsString("--maxParallelism=128")));
  }

  @Test
  void aDirectoryThatCannotBeMadeIsRefused() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    MicroBatchPipelineOptions options = options();
    options.setCheckpointDir(file.toString());

    CheckpointException refused = assertThrows(CheckpointException.class, () -> run(options));

    assertThat(refused.getMessage(), containsString(file.toString()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--stateBackend=floppy",
        "--memoryBudget=0",
        "--memoryBudget=101%",
        "--memoryBudget=much",
        "--spillDir=/dev/null",
        "--maxBatchRetries=-1",
        "--maxOutageMillis=-1"
      })
  void aValueThatIsNotAcceptedIsRefused(String argument) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> run(options(argument)));

    assertThat(refused.getMessage(), containsString(argument));
  }

  /** Notes whether something was committed before each element came. */
  private static final class Stable extends DoFn<Long, Void> {

    private final String directory;

    Stable(Path directory) {
      this.directory = directory.toString();
    }

    @RequiresStableInput
    @ProcessElement
    public void process(@Element Long element) {
      try {
        COMMITTED_BEFORE.add(holds(Path.of(directory), "d-"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void runStable(String guarantee) {
    MicroBatchPipelineOptions options = options("--deliveryGuarantee=" + guarantee);
    options.setMaxRecordsPerBatch(-1);
    Pipeline pipeline = Pipeline.create(options);
    pipeline.apply(GenerateSequence.from(0).to(10)).apply(ParDo.of(new Stable(directory)));
    pipeline.run();
    assertThat(COMMITTED_BEFORE.size(), is(10));
  }

  @Test
  void stableInputComesOnlyAfterTheCommitThatContainsIt() {
    runStable("EXACTLY_ONCE");

    assertThat(COMMITTED_BEFORE.contains(false), is(false));
  }

  @Test
  void stableInputIsNotWithheldIfAtLeastOnceIsEnough() {
    runStable("AT_LEAST_ONCE");

    assertThat(COMMITTED_BEFORE.contains(true), is(false));
  }

  /** Lets the test know that something has been read. */
  private static final class Signal extends DoFn<Long, Void> {
    @ProcessElement
    public void process(@Element Long number) {
      LEAST.accumulateAndGet(number, Math::min);
      running.countDown();
    }
  }

  private MicroBatchResult endless() throws InterruptedException {
    EndlessSource.reset();
    MicroBatchPipelineOptions options = options("--blockOnRun=false");
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply("Endless", Read.from(new EndlessSource()))
        .apply("Signal", ParDo.of(new Signal()));
    MicroBatchResult result = (MicroBatchResult) pipeline.run();
    running.await();
    return result;
  }

  @Test
  void aDirectoryInUseIsRefused() throws InterruptedException {
    MicroBatchResult first = endless();
    try {
      CheckpointException refused = assertThrows(CheckpointException.class, () -> run(options()));

      assertThat(refused.getMessage(), containsString(directory.toString()));
    } finally {
      first.cancel();
    }
  }

  private static Map<Integer, List<Long>> bySplit(Queue<EndlessSource.Mark> marks) {
    Map<Integer, List<Long>> bySplit = new HashMap<>();
    marks.forEach(
        mark -> bySplit.computeIfAbsent(mark.split(), s -> new ArrayList<>()).add(mark.count()));
    return bySplit;
  }

  @Test
  void theMarksOfASplitAreAllAcknowledgedInTheirOrder() throws Exception {
    MicroBatchResult result = endless();

    assertThat(result.drain(), is(State.DONE));

    assertThat(EndlessSource.ACKNOWLEDGED, not(empty()));
    assertThat(bySplit(EndlessSource.ACKNOWLEDGED), is(bySplit(EndlessSource.TAKEN)));
  }

  @Test
  void aDrainedPipelineDoesNotStartAgain() throws Exception {
    endless().drain();
    long read = EndlessSource.READ.get();
    assertThat(read, greaterThan(0L));
    Pipeline pipeline = Pipeline.create(options());
    pipeline
        .apply("Endless", Read.from(new EndlessSource()))
        .apply("Signal", ParDo.of(new Signal()));

    assertThat(pipeline.run().getState(), is(State.DONE));

    assertThat(EndlessSource.READ.get(), is(read));
  }

  @Test
  void anEndlessPipelineGoesOnFromItsMarks() throws Exception {
    MicroBatchResult first = endless();
    EndlessSource.acknowledged.await();
    first.cancel();
    Map<Integer, Long> committed = new HashMap<>();
    EndlessSource.ACKNOWLEDGED.forEach(mark -> committed.put(mark.split(), mark.count()));
    long least = Collections.min(committed.values());
    LEAST.set(Long.MAX_VALUE);
    running = new CountDownLatch(1);

    MicroBatchResult again = endless();
    again.cancel();

    assertThat(again.restores(), is(1));
    assertThat(LEAST.get(), is(greaterThanOrEqualTo(least)));
  }

  @Test
  void aMarkThatCanNoLongerBeDecodedIsRefusedBySourceAndPlace() throws Exception {
    MicroBatchResult first = endless();
    EndlessSource.acknowledged.await();
    first.cancel();
    MicroBatchPipelineOptions options = options();
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply("Endless", Read.from(new EndlessSource()))
        .apply("Signal", ParDo.of(new Signal()));
    EndlessSource.forgetful = true;

    CheckpointException refused = assertThrows(CheckpointException.class, pipeline::run);

    assertThat(
        refused.getMessage(),
        allOf(
            containsString(directory.toString()),
            containsString("step Endless"),
            containsString("mark of split"),
            containsString(EndlessSource.class.getName()),
            containsString("--checkpointDir")));
  }
}
