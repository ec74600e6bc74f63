package dev.microbatch.executor.metrics;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.beam.runners.core.metrics.DistributionData;
import org.apache.beam.runners.core.metrics.MetricUpdates;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.DelegatingHistogram;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.Histogram;
import org.apache.beam.sdk.metrics.MetricKey;
import org.apache.beam.sdk.metrics.MetricName;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.util.HistogramData;
import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What user code counts in a step, by whichever thread, and what readers find. */
class StepCellsTest {

  private static final String STEP = "Step";
  private static final MetricName NAME = MetricName.named("test", "name");
  private static final HistogramData.BucketType BUCKETS = HistogramData.LinearBuckets.of(0, 10, 5);

  private final StageMetrics stage = new StageMetrics();
  private final StepCells cells = stage.of(STEP);
  private final ExecutorService another = Executors.newSingleThreadExecutor();

  @AfterEach
  void stop() {
    another.shutdownNow();
    MetricsEnvironment.setCurrentContainer(null);
  }

  private MetricsContainerImpl counted() {
    return stage.copy().getContainer(STEP);
  }

  /** Whatever user code can count, as it counts it. */
  private static void countEveryKind(MetricsContainer container) {
    MetricsEnvironment.setCurrentContainer(container);
    Counter counter = Metrics.counter("test", "counter");
    counter.inc();
    counter.inc(41);
    counter.dec();
    counter.dec(2);
    Metrics.counter("test", "untouched").inc(0);
    Distribution distribution = Metrics.distribution("test", "distribution");
    distribution.update(3);
    distribution.update(-7);
    distribution.update(100, 10, 1, 90);
    Metrics.stringSet("test", "strings").add("a", "b");
    Metrics.stringSet("test", "strings").add("b");
    Metrics.boundedTrie("test", "trie").add(List.of("a", "b"));
    Histogram histogram =
        new DelegatingHistogram(MetricName.named("test", "histogram"), BUCKETS, false);
    histogram.update(5);
    histogram.update(25, 1000);
    container.getPerWorkerCounter(MetricName.named("test", "worker")).inc();
    container.getDistribution(MetricName.named("test", "made, not updated"));
  }

  @Test
  void everyKindOfMetricComesToWhatItComesToInBeamsContainer() {
    MetricsContainerImpl expected = new MetricsContainerImpl(STEP);
    countEveryKind(expected);
    stage.bind();

    countEveryKind(cells);

    assertThat(figures(counted()), is(figures(expected)));
  }

  private static Map<MetricKey, Object> figures(MetricsContainerImpl container) {
    MetricUpdates all = container.getCumulative();
    Map<MetricKey, Object> figures = new HashMap<>();
    all.counterUpdates().forEach(each -> figures.put(each.getKey(), each.getUpdate()));
    all.distributionUpdates().forEach(each -> figures.put(each.getKey(), each.getUpdate()));
    all.stringSetUpdates().forEach(each -> figures.put(each.getKey(), each.getUpdate()));
    all.boundedTrieUpdates().forEach(each -> figures.put(each.getKey(), each.getUpdate()));
    all.histogramsUpdates().forEach(each -> figures.put(each.getKey(), each.getUpdate()));
    return figures;
  }

  @Test
  void aGaugeHasItsLastValue() {
    stage.bind();
    cells.getGauge(NAME).set(1);
    cells.getGauge(NAME).set(2);

    assertThat(counted().getGauge(NAME).getCumulative().value(), is(2L));
  }

  @Test
  void aMetricThatIsMadeAnewForEachElementCountsInTheSameCell() {
    stage.bind();
    MetricsEnvironment.setCurrentContainer(cells);
    for (int i = 0; i < 100; i++) {
      Metrics.counter("test", "name").inc();
      Metrics.distribution("test", "name").update(i);
    }

    assertThat(cells.counted(NAME), is(100L));
    assertThat(
        counted().getDistribution(NAME).getCumulative(),
        is(DistributionData.create(4950, 100, 0, 99)));
  }

  @Test
  void moreMetricsThanAreRememberedAreEachCounted() {
    stage.bind();
    MetricsEnvironment.setCurrentContainer(cells);
    List<Counter> counters =
        IntStream.range(0, 40).mapToObj(i -> Metrics.counter("test", "counter " + i)).toList();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 40; i++) {
        counters.get(i).inc(i);
      }
    }

    for (int i = 0; i < 40; i++) {
      assertThat(cells.counted(counters.get(i).getName()), is(3L * i));
    }
  }

  @Test
  void oneNameMayBeThatOfMetricsOfSeveralKinds() {
    stage.bind();
    cells.getCounter(NAME).inc(2);
    cells.getDistribution(NAME).update(3);
    cells.getGauge(NAME).set(4);
    cells.getStringSet(NAME).add("5");
    cells.getCounter(NAME).inc(2);

    assertThat(cells.counted(NAME), is(4L));
    assertThat(counted().getDistribution(NAME).getCumulative(), is(DistributionData.singleton(3)));
    assertThat(counted().getGauge(NAME).getCumulative().value(), is(4L));
  }

  @Test
  void aCellIsFoundAgain() {
    stage.bind();
    Counter cell = cells.getCounter(NAME);

    assertThat(cells.getCounter(NAME), sameInstance(cell));
    assertThat(cells.getCounter(MetricName.named("test", "name")), sameInstance(cell));
    assertThat(stage.of("Other").getCounter(NAME), not(sameInstance(cell)));
  }

  @Test
  void nothingIsLostWhereThreadsCountTogether() throws Exception {
    stage.bind();
    Counter kept = cells.getCounter(NAME);
    Distribution distribution = cells.getDistribution(NAME);
    CountDownLatch started = new CountDownLatch(1);
    Future<?> other =
        another.submit(
            () -> {
              started.countDown();
              for (int i = 0; i < 200_000; i++) {
                kept.inc();
                cells.getCounter(NAME).inc();
                distribution.update(7);
              }
            });
    started.await();
    for (int i = 0; i < 200_000; i++) {
      kept.inc();
      cells.getCounter(NAME).inc();
      distribution.update(7);
    }
    other.get();

    assertThat(cells.counted(NAME), is(800_000L));
    assertThat(
        counted().getDistribution(NAME).getCumulative(),
        is(DistributionData.create(2_800_000, 400_000, 7, 7)));
  }

  @Test
  void theFiguresOfADistributionBelongTogetherWheneverTheyAreRead() throws Exception {
    stage.bind();
    Distribution distribution = cells.getDistribution(NAME);
    distribution.update(3);
    CountDownLatch started = new CountDownLatch(1);
    Future<Boolean> consistent =
        another.submit(
            () -> {
              boolean all = true;
              for (int i = 0; i < 2_000; i++) {
                DistributionData data = counted().getDistribution(NAME).getCumulative();
                all &= data.sum() == 3 * data.count();
                started.countDown();
              }
              return all;
            });
    started.await();
    while (!consistent.isDone()) {
      distribution.update(3);
    }

    assertThat(consistent.get(), is(true));
  }

  @Test
  void whatIsCountedIsSeenByOthersWhileTheBundleRuns() throws Exception {
    stage.bind();
    Counter counter = cells.getCounter(NAME);
    counter.inc(5);

    assertThat(another.submit(() -> cells.counted(NAME)).get(), is(5L));
  }

  @Test
  void aContainerThatIsSentAwayIsOneOfBeams() {
    stage.bind();
    cells.getCounter(NAME).inc(5);

    MetricsContainer sent = SerializableUtils.clone(cells);

    assertThat(sent, instanceOf(MetricsContainerImpl.class));
    assertThat(((MetricsContainerImpl) sent).getCounter(NAME).getCumulative(), is(5L));
    assertThat(cells.getMonitoringInfos().iterator().hasNext(), is(true));
  }
}
