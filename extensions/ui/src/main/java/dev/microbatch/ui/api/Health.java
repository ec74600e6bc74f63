package dev.microbatch.ui.api;

import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.ui.http.Access;
import dev.microbatch.ui.http.Response;
import dev.microbatch.ui.http.Route;
import dev.microbatch.ui.http.Router;
import dev.microbatch.ui.watch.PipelineRegistry;
import dev.microbatch.ui.watch.State;
import dev.microbatch.ui.watch.WatchedPipeline;
import java.util.ArrayList;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Whether the process is well, for whoever restarts it or sends it traffic.
 *
 * <p>Thread-safe.
 */
public final class Health {

  /** For how long the engine may be at one batch, in nanoseconds. */
  private static final long HANGS_NANOS = Clock.toNanos(600_000);

  private final PipelineRegistry pipelines;

  /** That of these pipelines. */
  public Health(PipelineRegistry pipelines) {
    this.pipelines = pipelines;
  }

  /** Adds its routes. */
  public void addTo(Router router) {
    router.add(new Route("GET", "/health", Access.READ, request -> answer(Health::illness)));
    router.add(new Route("GET", "/ready", Access.READ, request -> answer(Health::delay)));
  }

  /** Says what is wrong with a pipeline; null if nothing is. */
  private interface Check {
    @Nullable String reason(WatchedPipeline watched);
  }

  private static @Nullable String illness(WatchedPipeline watched) {
    if (watched.state() == State.FAILED) {
      return "has failed";
    }
    PipelineMonitor.Running running = watched.pipeline().monitor().running();
    return running != null
            && watched.pipeline().clock().nanos() - running.sinceNanos() >= HANGS_NANOS
        ? "hangs: see /api/v1/pipelines/" + watched.id() + "/why"
        : null;
  }

  private static @Nullable String delay(WatchedPipeline watched) {
    return switch (watched.state()) {
      case STARTING -> "starts";
      case PAUSED -> "goes back to its last commit";
      case RUNNING, DRAINING, STOPPING, CANCELLING, DONE, STOPPED, CANCELLED, FAILED -> null;
    };
  }

  private Response answer(Check check) {
    List<String> reasons = new ArrayList<>();
    for (WatchedPipeline watched : pipelines.all()) {
      String reason = check.reason(watched);
      if (reason != null) {
        reasons.add(watched.pipeline().name() + " " + reason);
      }
    }
    return Response.json(
        reasons.isEmpty() ? 200 : 503,
        json -> {
          json.writeStartObject();
          json.writeBooleanField("ok", reasons.isEmpty());
          json.writeArrayFieldStart("reasons");
          for (String reason : reasons) {
            json.writeString(reason);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
