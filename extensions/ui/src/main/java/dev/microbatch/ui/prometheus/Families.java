package dev.microbatch.ui.prometheus;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Collects the values of one scrape by the names of their metrics. */
final class Families {

  private static final String PREFIX = "microbatch_";

  private final Map<String, GaugeSnapshot.Builder> gauges = new LinkedHashMap<>();
  private final Map<String, CounterSnapshot.Builder> counters = new LinkedHashMap<>();
  private final Map<String, HistogramSnapshot.Builder> histograms = new LinkedHashMap<>();

  /** Adds a value that goes up and down; none if there is none. */
  void gauge(String name, String help, Labels labels, @Nullable Number value) {
    if (value != null) {
      gauges
          .computeIfAbsent(name, n -> GaugeSnapshot.builder().name(PREFIX + n).help(help))
          .dataPoint(
              GaugeSnapshot.GaugeDataPointSnapshot.builder()
                  .labels(labels)
                  .value(value.doubleValue())
                  .build());
    }
  }

  /** Adds a value that never goes back. Its name is served with {@code _total} behind it. */
  void counter(String name, String help, Labels labels, double value) {
    counters
        .computeIfAbsent(name, n -> CounterSnapshot.builder().name(PREFIX + n).help(help))
        .dataPoint(
            CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value(Math.max(0, value))
                .build());
  }

  /** Adds a distribution. */
  void histogram(
      String name, String help, HistogramSnapshot.HistogramDataPointSnapshot distribution) {
    histograms
        .computeIfAbsent(name, n -> HistogramSnapshot.builder().name(PREFIX + n).help(help))
        .dataPoint(distribution);
  }

  MetricSnapshots build() {
    List<MetricSnapshot> all = new ArrayList<>();
    gauges.values().forEach(family -> all.add(family.build()));
    counters.values().forEach(family -> all.add(family.build()));
    histograms.values().forEach(family -> all.add(family.build()));
    return new MetricSnapshots(all);
  }
}
