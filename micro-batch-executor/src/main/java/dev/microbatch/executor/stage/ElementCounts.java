package dev.microbatch.executor.stage;

import dev.microbatch.executor.metrics.StageMetrics;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.runners.core.metrics.MonitoringInfoConstants.Labels;
import org.apache.beam.runners.core.metrics.MonitoringInfoConstants.Urns;
import org.apache.beam.runners.core.metrics.MonitoringInfoMetricName;
import org.apache.beam.sdk.metrics.Counter;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Beam's system metric {@code beam:metric:element_count:v1}: how many elements each PCollection has
 * had, for those that a source reads or that leave their stage. Counted by the block and the
 * bundle; what stays inside a stage is not counted, because that would cost something for each
 * record.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class ElementCounts {

  private final StageMetrics metrics;
  private final Set<String> counted = new HashSet<>();
  private final List<Sent> sent = new ArrayList<>();
  private @Nullable Counter read;

  private record Sent(ExchangeWriter writer, Counter counter) {}

  ElementCounts(StageMetrics metrics) {
    this.metrics = metrics;
  }

  /** Counts what a source reads as elements of its output. */
  void ofSource(Step source, Output output) {
    counted.add(output.name());
    read = counter(source, output);
  }

  /** Counts what is written of an output; if it has several writers, the first counts. */
  void ofWriter(Step step, Output output, ExchangeWriter writer) {
    if (counted.add(output.name())) {
      sent.add(new Sent(writer, counter(step, output)));
    }
  }

  private Counter counter(Step step, Output output) {
    return metrics
        .of(step.name())
        .getCounter(
            MonitoringInfoMetricName.named(
                Urns.ELEMENT_COUNT, Map.of(Labels.PCOLLECTION, output.name())));
  }

  /** Adds what a source has read. */
  void addRead(long records) {
    if (read != null) {
      read.inc(records);
    }
  }

  /** Adds what has been written since the last call. */
  void addWritten() {
    for (Sent each : sent) {
      each.counter().inc(each.writer().takeCount());
    }
  }
}
