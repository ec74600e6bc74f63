package dev.microbatch.runner;

import static dev.microbatch.runner.CountingSources.count;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.startsWith;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever method of user code counts, counts for its step, and in the end it is committed. */
@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class CallMetricsTest {

  private static final List<String> DO_FN =
      List.of("setup", "startBundle", "process", "finishBundle", "bundleFinalized", "teardown");

  private final List<String> args = new ArrayList<>();

  @BeforeEach
  void reset() {
    args.clear();
    args.add("--runner=MicroBatchRunner");
  }

  private abstract static class Counting<T> extends DoFn<T, Void> {
    @Setup
    public void setUp() {
      count("setup");
    }

    @StartBundle
    public void startBundle() {
      count("startBundle");
    }

    @FinishBundle
    public void finishBundle() {
      count("finishBundle");
    }

    @Teardown
    public void tearDown() {
      count("teardown");
    }

    static void process(DoFn.BundleFinalizer finalizer) {
      count("process");
      finalizer.afterBundleCommit(
          Instant.ofEpochMilli(Long.MAX_VALUE), () -> count("bundleFinalized"));
    }
  }

  private static final class Plain extends Counting<Integer> {
    @ProcessElement
    public void element(BundleFinalizer finalizer) {
      process(finalizer);
    }
  }

  private static final class Stateful extends Counting<KV<Integer, Integer>> {
    @StateId("seen")
    private final StateSpec<ValueState<Integer>> spec = StateSpecs.value();

    @ProcessElement
    public void element(@StateId("seen") ValueState<Integer> seen, BundleFinalizer finalizer) {
      process(finalizer);
    }
  }

  private static final class Splittable extends Counting<Integer> {
    @GetInitialRestriction
    public OffsetRange initial() {
      return new OffsetRange(0, 1);
    }

    @ProcessElement
    public void element(RestrictionTracker<OffsetRange, Long> tracker, BundleFinalizer finalizer) {
      if (tracker.tryClaim(0L)) {
        process(finalizer);
      }
    }
  }

  private static final class UntilCancelled extends DoFn<Integer, Void> {
    static final CountDownLatch BEGUN = new CountDownLatch(1);

    @ProcessElement
    public void element() throws InterruptedException {
      BEGUN.countDown();
      new CountDownLatch(1).await();
    }
  }

  private Pipeline pipeline() {
    return Pipeline.create(PipelineOptionsFactory.fromArgs(args.toArray(new String[0])).create());
  }

  private static Iterable<MetricResult<Long>> counters(PipelineResult result) {
    MetricsFilter filter =
        MetricsFilter.builder().addNameFilter(MetricNameFilter.inNamespace("calls")).build();
    return result.metrics().queryMetrics(filter).getCounters();
  }

  private static void assertCounted(Pipeline pipeline, String step, List<String> calls) {
    Set<String> counted = new TreeSet<>();
    for (MetricResult<Long> counter : counters(pipeline.run())) {
      assertThat(counter.toString(), counter.getKey().stepName(), startsWith(step));
      assertThat(counter.toString(), counter.getCommitted(), is(counter.getAttempted()));
      counted.add(counter.getName().getName());
    }
    assertThat(counted, is(new TreeSet<>(calls)));
  }

  @Test
  void ofABoundedSource() {
    Pipeline pipeline = pipeline();
    pipeline.apply("Step", Read.from(new CountingSources.Bounded()));
    assertCounted(
        pipeline,
        "Step",
        List.of("split", "getEstimatedSizeBytes", "createReader", "start", "advance", "close"));
  }

  /** Its reader is closed with the pipeline, not behind its last record. */
  @Test
  void ofASourceThatIsCancelled() throws Exception {
    args.add("--blockOnRun=false");
    Pipeline pipeline = pipeline();
    pipeline
        .apply("Step", Read.from(new CountingSources.Bounded()))
        .apply("Wait", ParDo.of(new UntilCancelled()));
    PipelineResult result = pipeline.run();
    UntilCancelled.BEGUN.await();
    result.cancel();

    List<String> counted = new ArrayList<>();
    for (MetricResult<Long> counter : counters(result)) {
      counted.add(counter.getName().getName() + " " + counter.getAttempted());
    }
    assertThat(counted, hasItem("close 1"));
  }

  @Test
  void ofAnUnboundedSource() {
    Pipeline pipeline = pipeline();
    pipeline.apply("Step", Read.from(new CountingSources.Unbounded()));
    assertCounted(pipeline, "Step", unboundedCalls());
  }

  @Test
  void ofAnUnboundedSourceWithCheckpoints(@TempDir Path directory) {
    args.add("--checkpointDir=" + directory);
    ofAnUnboundedSource();
  }

  private static List<String> unboundedCalls() {
    return List.of(
        "split",
        "createReader",
        "start",
        "getWatermark",
        "getCheckpointMark",
        "finalizeCheckpoint",
        "close");
  }

  @Test
  void ofADoFn() {
    Pipeline pipeline = pipeline();
    pipeline.apply(Create.of(1)).apply("Step", ParDo.of(new Plain()));
    assertCounted(pipeline, "Step", DO_FN);
  }

  @Test
  void ofAStatefulDoFn() {
    Pipeline pipeline = pipeline();
    pipeline
        .apply(Create.of(1))
        .apply(WithKeys.of((Integer n) -> n).withKeyType(TypeDescriptors.integers()))
        .apply("Step", ParDo.of(new Stateful()));
    assertCounted(pipeline, "Step", DO_FN);
  }

  @Test
  void ofASplittableDoFn() {
    Pipeline pipeline = pipeline();
    pipeline.apply(Create.of(1)).apply("Step", ParDo.of(new Splittable()));
    assertCounted(pipeline, "Step", DO_FN);
  }
}
