package dev.microbatch.executor.metrics;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.model.pipeline.v1.MetricsApi.MonitoringInfo;
import org.apache.beam.runners.core.metrics.DistributionData;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;
import org.apache.beam.runners.core.metrics.MonitoringInfoConstants;
import org.apache.beam.runners.core.metrics.MonitoringInfoConstants.TypeUrns;
import org.apache.beam.runners.core.metrics.MonitoringInfoEncodings;
import org.apache.beam.runners.core.metrics.MonitoringInfoMetricName;
import org.apache.beam.sdk.metrics.MetricName;
import org.apache.beam.sdk.util.HistogramData;
import org.apache.beam.vendor.grpc.v1p69p0.com.google.protobuf.ByteString;

/**
 * Metrics as bytes: per step its name, how many metrics it has, and each as Beam's {@code
 * MonitoringInfo}.
 */
public final class MetricsEncoding {

  private static final String USER_URNS = "beam:metric:user:";

  private MetricsEncoding() {}

  /**
   * Encodes metrics.
   *
   * @param metrics what was counted
   * @param steps the steps of the plan; what others have counted is left out
   */
  public static byte[] encode(MetricsContainerStepMap metrics, Set<String> steps) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(steps.size());
      for (String step : new TreeSet<>(steps)) {
        List<MonitoringInfo> infos = new ArrayList<>();
        for (MonitoringInfo info : metrics.getContainer(step).getMonitoringInfos()) {
          if (!info.getPayload().isEmpty()) {
            infos.add(info);
          }
        }
        out.writeUTF(step);
        out.writeInt(infos.size());
        for (MonitoringInfo info : infos) {
          info.writeDelimitedTo(out);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("memory takes everything", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Decodes metrics.
   *
   * @param bytes what {@link #encode} gave
   * @throws IOException if it is something else
   */
  public static MetricsContainerStepMap decode(byte[] bytes) throws IOException {
    MetricsContainerStepMap metrics = new MetricsContainerStepMap();
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    for (int steps = in.readInt(); steps > 0; steps--) {
      MetricsContainerImpl container = metrics.getContainer(in.readUTF());
      for (int count = in.readInt(); count > 0; count--) {
        add(MonitoringInfo.parseDelimitedFrom(in), container);
      }
    }
    return metrics;
  }

  /** Beam's own way back would not find a user's metric under the name that the user gave it. */
  private static void add(MonitoringInfo info, MetricsContainerImpl container) throws IOException {
    MetricName name =
        info.getUrn().startsWith(USER_URNS)
            ? MetricName.named(
                info.getLabelsOrThrow(MonitoringInfoConstants.Labels.NAMESPACE),
                info.getLabelsOrThrow(MonitoringInfoConstants.Labels.NAME))
            : MonitoringInfoMetricName.of(info);
    ByteString payload = info.getPayload();
    switch (info.getType()) {
      case TypeUrns.SUM_INT64_TYPE ->
          container.getCounter(name).inc(MonitoringInfoEncodings.decodeInt64Counter(payload));
      case TypeUrns.DISTRIBUTION_INT64_TYPE -> {
        DistributionData data = MonitoringInfoEncodings.decodeInt64Distribution(payload);
        container.getDistribution(name).update(data.sum(), data.count(), data.min(), data.max());
      }
      case TypeUrns.LATEST_INT64_TYPE ->
          container.getGauge(name).set(MonitoringInfoEncodings.decodeInt64Gauge(payload).value());
      case TypeUrns.SET_STRING_TYPE ->
          container
              .getStringSet(name)
              .add(
                  MonitoringInfoEncodings.decodeStringSet(payload)
                      .stringSet()
                      .toArray(new String[0]));
      case TypeUrns.BOUNDED_TRIE_TYPE ->
          container.getBoundedTrie(name).update(MonitoringInfoEncodings.decodeBoundedTrie(payload));
      case TypeUrns.HISTOGRAM_TYPE -> {
        HistogramData data = MonitoringInfoEncodings.decodeInt64Histogram(payload);
        container.getHistogram(name, data.getBucketType()).update(data);
      }
      default -> throw new IOException("no metric has the type " + info.getType());
    }
  }
}
