package dev.microbatch.ui.api;

import dev.microbatch.runner.spi.RunningPipeline;
import dev.microbatch.ui.http.Access;
import dev.microbatch.ui.http.HttpError;
import dev.microbatch.ui.http.Response;
import dev.microbatch.ui.http.Route;
import dev.microbatch.ui.http.Router;
import dev.microbatch.ui.watch.PipelineRegistry;
import dev.microbatch.ui.watch.WatchedPipeline;
import java.util.function.Consumer;

/**
 * What can be asked of pipelines. Nothing waits until it is done.
 *
 * <p>Thread-safe.
 */
public final class Operations {

  private final PipelineRegistry pipelines;

  /** One on these pipelines. */
  public Operations(PipelineRegistry pipelines) {
    this.pipelines = pipelines;
  }

  /** Adds its routes. */
  public void addTo(Router router) {
    add(router, "drain", false, RunningPipeline::drain);
    add(router, "stop", true, RunningPipeline::stop);
    add(router, "cancel", false, RunningPipeline::cancel);
    add(router, "checkpoint", true, RunningPipeline::checkpointNow);
  }

  private void add(
      Router router, String operation, boolean needsCheckpoints, Consumer<RunningPipeline> what) {
    router.add(
        new Route(
            "POST",
            "/api/v1/pipelines/{p}/" + operation,
            Access.CHANGE,
            request -> {
              WatchedPipeline watched = pipelines.get(request.value("p"));
              return ask(watched, operation, needsCheckpoints, what);
            }));
  }

  private static Response ask(
      WatchedPipeline watched,
      String operation,
      boolean needsCheckpoints,
      Consumer<RunningPipeline> what) {
    RunningPipeline pipeline = watched.pipeline();
    if (watched.state().isEnd()) {
      throw new HttpError(409, "The pipeline has ended");
    }
    if (needsCheckpoints && !pipeline.hasCheckpoints()) {
      throw new HttpError(
          409, "The pipeline keeps no checkpoints: it was started without --checkpointDir");
    }
    what.accept(pipeline);
    return Response.json(
        202,
        json -> {
          json.writeStartObject();
          json.writeStringField("operation", operation);
          json.writeStringField("state", watched.state().name());
          json.writeEndObject();
        });
  }
}
