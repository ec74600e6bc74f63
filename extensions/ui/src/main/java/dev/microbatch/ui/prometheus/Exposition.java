package dev.microbatch.ui.prometheus;

import dev.microbatch.ui.http.Access;
import dev.microbatch.ui.http.Request;
import dev.microbatch.ui.http.Response;
import dev.microbatch.ui.http.Route;
import dev.microbatch.ui.http.Router;
import dev.microbatch.ui.watch.Jvm;
import dev.microbatch.ui.watch.PipelineRegistry;
import dev.microbatch.ui.watch.WatchedPipeline;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * Serves {@code /metrics}.
 *
 * <p>Thread-safe.
 */
public final class Exposition {

  private final PipelineRegistry pipelines;
  private final OpenMetricsTextFormatWriter open = OpenMetricsTextFormatWriter.create();
  private final PrometheusTextFormatWriter plain = PrometheusTextFormatWriter.create();

  /** That of these pipelines. */
  public Exposition(PipelineRegistry pipelines) {
    this.pipelines = pipelines;
  }

  /** Adds its route. */
  public void addTo(Router router) {
    router.add(new Route("GET", "/metrics", Access.READ, this::serve));
  }

  private Response serve(Request request) throws IOException {
    Families families = new Families();
    Jvm.Reading jvm = pipelines.jvm().read();
    families.gauge("heap_used_bytes", "Used heap.", Labels.EMPTY, jvm.heapUsedBytes());
    families.gauge(
        "heap_max_bytes", "How large the heap may grow.", Labels.EMPTY, jvm.heapMaxBytes());
    for (WatchedPipeline watched : pipelines.all()) {
      new PipelineMetrics(families, watched).add();
      new UserMetrics(families, watched).add();
    }
    ExpositionFormatWriter writer = open.accepts(request.header("Accept")) ? open : plain;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writer.write(bytes, families.build());
    return Response.of(200, writer.getContentType(), bytes.toByteArray());
  }
}
