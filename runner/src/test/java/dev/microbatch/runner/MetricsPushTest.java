package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasEntry;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsOptions;
import org.apache.beam.sdk.metrics.MetricsSink;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsPushTest {

  private static final List<Map<String, Long>> PUSHES = new CopyOnWriteArrayList<>();

  @BeforeEach
  void forget() {
    PUSHES.clear();
  }

  /** Keeps the attempted counters of each push by {@code namespace: name}. */
  public static final class Keeping implements MetricsSink {
    private static final long serialVersionUID = 1L;

    public Keeping(MetricsOptions options) {}

    @Override
    public void writeMetrics(MetricQueryResults results) {
      Map<String, Long> counters = new HashMap<>();
      for (MetricResult<Long> counter : results.getCounters()) {
        counters.merge(
            counter.getName().getNamespace() + ": " + counter.getName().getName(),
            counter.getAttempted(),
            Long::sum);
      }
      PUSHES.add(counters);
    }
  }

  /** Fails. */
  public static final class Failing implements MetricsSink {
    private static final long serialVersionUID = 1L;

    public Failing(MetricsOptions options) {}

    @Override
    public void writeMetrics(MetricQueryResults results) {
      throw new IllegalStateException("nobody listens");
    }
  }

  private static Pipeline pipeline(Class<? extends MetricsSink> sink) {
    MetricsOptions options =
        PipelineOptionsFactory.fromArgs("--runner=MicroBatchRunner", "--parallelism=2")
            .as(MetricsOptions.class);
    options.setMetricsSink(sink);
    return Pipeline.create(options);
  }

  @Test
  void pushesTheElementCountsOfPCollectionsAtTheEnd() {
    Pipeline pipeline = pipeline(Keeping.class);
    pipeline
        .apply("Read", GenerateSequence.from(0).to(1_000))
        .apply("Map", MapElements.into(TypeDescriptors.longs()).via(value -> value % 10))
        .apply("Count", Count.perElement());
    pipeline.run().waitUntilFinish();

    Map<String, Long> last = PUSHES.get(PUSHES.size() - 1);
    String name = ": metric:element_count:v1";
    assertThat(last, hasEntry("Read/Read(BoundedCountingSource).out" + name, 1_000L));
    assertThat(
        last.keySet().stream().filter(key -> key.endsWith(name)).count(), greaterThanOrEqualTo(2L));
  }

  @Test
  void endsItsThreadWithThePipeline() throws InterruptedException {
    pipeline(Keeping.class).run().waitUntilFinish();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("microbatch-metrics")) {
        thread.join(10_000); // it has nothing left to do but to end
        assertThat(thread.isAlive(), is(false));
      }
    }
  }

  @Test
  void aSinkThatFailsDisturbsNothing() {
    assertThat(pipeline(Failing.class).run().waitUntilFinish(), is(PipelineResult.State.DONE));
  }

  @Test
  void refusesAPeriodOfNothing() {
    Pipeline pipeline = pipeline(Keeping.class);
    pipeline.getOptions().as(MetricsOptions.class).setMetricsPushPeriod(0L);
    Exception refused = assertThrows(IllegalArgumentException.class, pipeline::run);
    assertThat(refused.getMessage(), containsString("--metricsPushPeriod=0"));
  }
}
