package dev.microbatch.ui.api;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.metrics.DistributionResult;
import org.apache.beam.sdk.metrics.GaugeResult;
import org.apache.beam.sdk.metrics.MetricQueryResults;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.StringSetResult;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Beam metrics, in a fixed order. */
final class MetricsJson {

  private final List<Entry> entries = new ArrayList<>();

  /** A metric. */
  private record Entry(
      String step, String namespace, String name, String type, MetricResult<?> of) {

    private boolean begins(String prefix) {
      return name.startsWith(prefix) || (namespace + "/" + name).startsWith(prefix);
    }
  }

  /** Takes what has been counted. */
  MetricsJson(MetricQueryResults metrics) {
    metrics.getCounters().forEach(metric -> add("COUNTER", metric));
    metrics.getDistributions().forEach(metric -> add("DISTRIBUTION", metric));
    metrics.getGauges().forEach(metric -> add("GAUGE", metric));
    metrics.getStringSets().forEach(metric -> add("STRING_SET", metric));
    entries.sort(
        Comparator.comparing(Entry::step)
            .thenComparing(Entry::namespace)
            .thenComparing(Entry::name)
            .thenComparing(Entry::type));
  }

  private void add(String type, MetricResult<?> metric) {
    String step = metric.getKey().stepName();
    entries.add(
        new Entry(
            step == null ? "" : step,
            metric.getName().getNamespace(),
            metric.getName().getName(),
            type,
            metric));
  }

  /**
   * A page of them.
   *
   * @param prefix how their names begin; null for any
   * @param step the step that counts; null for any
   * @param offset how many are left out
   * @param limit how many are written at most
   */
  void page(
      JsonGenerator json, @Nullable String prefix, @Nullable String step, long offset, long limit)
      throws IOException {
    List<Entry> fit = new ArrayList<>();
    for (Entry entry : entries) {
      if ((prefix == null || entry.begins(prefix)) && (step == null || entry.step().equals(step))) {
        fit.add(entry);
      }
    }
    int from = (int) Math.min(offset, fit.size());
    int to = (int) Math.min(from + limit, fit.size());
    json.writeStartObject();
    write(json, fit.subList(from, to));
    json.writeNumberField("total", fit.size());
    Out.number(json, "next", to < fit.size() ? (long) to : null);
    json.writeEndObject();
  }

  /** The metrics of a step, as a field. */
  void ofStep(JsonGenerator json, String step, int limit) throws IOException {
    write(json, entries.stream().filter(entry -> entry.step().equals(step)).limit(limit).toList());
  }

  private static void write(JsonGenerator json, List<Entry> some) throws IOException {
    json.writeArrayFieldStart("metrics");
    for (Entry entry : some) {
      json.writeStartObject();
      json.writeStringField("step", entry.step());
      json.writeStringField("namespace", entry.namespace());
      json.writeStringField("name", entry.name());
      json.writeStringField("type", entry.type());
      value(json, "attempted", entry.of().getAttempted());
      value(json, "committed", entry.of().getCommittedOrNull());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void value(JsonGenerator json, String name, @Nullable Object value)
      throws IOException {
    if (value instanceof Long count) {
      json.writeNumberField(name, count);
    } else if (value instanceof DistributionResult distribution) {
      json.writeObjectFieldStart(name);
      json.writeNumberField("sum", distribution.getSum());
      json.writeNumberField("count", distribution.getCount());
      json.writeNumberField("min", distribution.getMin());
      json.writeNumberField("max", distribution.getMax());
      Out.decimal(json, "mean", distribution.getCount() == 0 ? 0 : distribution.getMean());
      json.writeEndObject();
    } else if (value instanceof GaugeResult gauge) {
      json.writeObjectFieldStart(name);
      json.writeNumberField("value", gauge.getValue());
      Out.time(json, "at", gauge.getTimestamp().getMillis());
      json.writeEndObject();
    } else if (value instanceof StringSetResult set) {
      json.writeObjectFieldStart(name);
      json.writeNumberField("size", set.getStringSet().size());
      json.writeEndObject();
    } else {
      json.writeNullField(name);
    }
  }
}
