package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.PipelineResult.State;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.MapCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class MicroBatchRunnerTest implements Serializable {

  private static final AtomicInteger TEARDOWNS = new AtomicInteger();
  private static final CountDownLatch BLOCKED = new CountDownLatch(1);

  private static Pipeline pipeline(String... more) {
    List<String> args = new ArrayList<>(List.of("--runner=MicroBatchRunner"));
    args.addAll(List.of(more));
    if (args.stream().noneMatch(arg -> arg.startsWith("--parallelism="))) {
      args.add("--parallelism=2");
    }
    return Pipeline.create(PipelineOptionsFactory.fromArgs(args.toArray(new String[0])).create());
  }

  /**
   * The threads of this project that are alive after a pipeline has ended; waits for those that
   * end.
   */
  private static List<String> threadsLeft() throws InterruptedException {
    List<String> left = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("microbatch-")) {
        thread.join(10_000);
        if (thread.isAlive()) {
          left.add(thread.getName());
        }
      }
    }
    return left;
  }

  @ParameterizedTest
  @CsvSource({
    "--parallelism=0, at least 1",
    "--maxRecordsPerBatch=0, -1 (adaptive) or at least 1",
    "--maxRecordsPerReader=0, -1 (any number) or at least 1",
    "--batchIntervalMillis=-1, 0 or more",
    "--checkpointIntervalMillis=0, at least 1",
    "--maxParallelism=1, at least --parallelism",
    "--maxParallelism=2000000, at most 1048576",
    "--engine=embeded, the name of an engine on the class path. There is embedded"
  })
  void refusesAnOptionAndSaysWhatIsAccepted(String option, String accepted) {
    Pipeline pipeline = pipeline(option);
    pipeline.apply(Create.of(1));

    IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, pipeline::run);

    assertThat(refusal.getMessage(), allOf(containsString(option), containsString(accepted)));
  }

  @Test
  void refusesAnOptionThatIsNotKnown() {
    assertThrows(IllegalArgumentException.class, () -> pipeline("--paralelism=2"));
  }

  @Test
  void namesTheStepOfUserCodeThatThrowsAndTearsEverythingDown() throws InterruptedException {
    TEARDOWNS.set(0);
    Pipeline pipeline = pipeline();
    pipeline
        .apply(Create.of(1, 2, 3))
        .apply(
            "Divide",
            ParDo.of(
                new DoFn<Integer, Integer>() {
                  @ProcessElement
                  public void process(@Element Integer in, OutputReceiver<Integer> out) {
                    if (in == 2) {
                      throw new ArithmeticException("no two");
                    }
                    out.output(in);
                  }

                  @Teardown
                  public void teardown() {
                    TEARDOWNS.incrementAndGet();
                  }
                }));

    StepFailedException failure = assertThrows(StepFailedException.class, pipeline::run);

    assertThat(failure.stepName(), containsString("Divide"));
    assertThat(failure.getMessage(), allOf(containsString("Divide"), containsString("no two")));
    assertThat(failure.getCause(), instanceOf(ArithmeticException.class));
    assertThat(TEARDOWNS.get(), is(2)); // one operator in each of two partitions
    assertThat(threadsLeft(), is(empty()));
  }

  @Test
  void namesAnInputThatIsMissing() {
    Pipeline pipeline = pipeline();
    pipeline.apply("Lines", TextIO.read().from("/no/such/file.txt"));

    StepFailedException failure = assertThrows(StepFailedException.class, pipeline::run);

    assertThat(
        failure.getMessage(), allOf(containsString("Lines"), containsString("/no/such/file.txt")));
  }

  @Test
  void refusesToGroupByKeysWithoutADeterministicCoder() {
    Pipeline pipeline = pipeline();
    var byMap =
        pipeline.apply(
            Create.of(KV.of(Map.of("a", "b"), "c"))
                .withCoder(
                    KvCoder.of(
                        MapCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of()),
                        StringUtf8Coder.of())));

    IllegalStateException refusal =
        assertThrows(IllegalStateException.class, () -> byMap.apply(GroupByKey.create()));

    assertThat(refusal.getMessage(), containsString("deterministic"));
  }

  @Test
  void failsWhenAnAssertionInThePipelineFails() {
    Pipeline pipeline = pipeline();
    PAssert.that(pipeline.apply(Create.of(1, 2))).containsInAnyOrder(1, 3);

    StepFailedException failure = assertThrows(StepFailedException.class, pipeline::run);

    assertThat(failure.getCause(), instanceOf(AssertionError.class));
  }

  @Test
  void canBeWatchedAndCancelledWhileUserCodeBlocks() throws InterruptedException {
    Pipeline pipeline = pipeline("--blockOnRun=false");
    pipeline
        .apply(GenerateSequence.from(0))
        .apply(
            ParDo.of(
                new DoFn<Long, Void>() {
                  @ProcessElement
                  public void process() throws InterruptedException {
                    BLOCKED.countDown();
                    new CountDownLatch(1).await();
                  }
                }));

    PipelineResult result = pipeline.run();
    BLOCKED.await();

    assertThat(result.waitUntilFinish(Duration.millis(1)), is(nullValue()));
    assertThat(result.getState(), is(State.RUNNING));
    assertThat(cancelled(result), is(State.CANCELLED));
    assertThat(result.waitUntilFinish(), is(State.CANCELLED));
    assertThat(threadsLeft(), is(empty()));
  }

  private static State cancelled(PipelineResult result) {
    return ((MicroBatchResult) result).cancel();
  }

  @Test
  void cancelsAnUnboundedPipelineThatHasNothingToDo() throws InterruptedException {
    Pipeline pipeline = pipeline("--blockOnRun=false");
    pipeline.apply(GenerateSequence.from(0).withRate(1, Duration.standardDays(1)));

    PipelineResult result = pipeline.run();

    assertThat(cancelled(result), is(State.CANCELLED));
    assertThat(threadsLeft(), is(empty()));
  }

  @Test
  void countsMetricsAsCommittedAtTheEnd() {
    Pipeline pipeline = pipeline();
    pipeline
        .apply(Create.of(1, 2, 3))
        .apply(
            ParDo.of(
                new DoFn<Integer, Void>() {
                  private final Counter seen = Metrics.counter("test", "seen");

                  @ProcessElement
                  public void process() {
                    seen.inc();
                  }
                }));

    PipelineResult result = pipeline.run();

    assertThat(result.getState(), is(State.DONE));
    List<Long> committed = new ArrayList<>();
    for (MetricResult<Long> counter : result.metrics().allMetrics().getCounters()) {
      if (counter.getName().getName().equals("seen")) {
        committed.add(counter.getCommitted());
        assertThat(counter.getAttempted(), is(3L));
      }
    }
    assertThat(committed, hasItem(3L));
  }

  @Test
  void runsNothingInADryRun() {
    Pipeline pipeline = pipeline("--dryRun=true");
    pipeline.apply("Lines", TextIO.read().from("/no/such/file.txt"));

    assertThat(pipeline.run().getState(), is(State.DONE));
  }
}
