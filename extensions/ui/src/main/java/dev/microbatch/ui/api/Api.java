package dev.microbatch.ui.api;

import dev.microbatch.executor.engine.Activity;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.ui.http.Access;
import dev.microbatch.ui.http.Assets;
import dev.microbatch.ui.http.HttpError;
import dev.microbatch.ui.http.Json;
import dev.microbatch.ui.http.Request;
import dev.microbatch.ui.http.Response;
import dev.microbatch.ui.http.Route;
import dev.microbatch.ui.http.Router;
import dev.microbatch.ui.watch.PipelineRegistry;
import dev.microbatch.ui.watch.Series;
import dev.microbatch.ui.watch.View;
import dev.microbatch.ui.watch.WatchedPipeline;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What can be read of pipelines.
 *
 * <p>Thread-safe.
 */
public final class Api {

  private static final String ROOT = "/api/v1";
  private static final String ONE = ROOT + "/pipelines/{p}";

  private final PipelineRegistry pipelines;

  /** One about these pipelines. */
  public Api(PipelineRegistry pipelines) {
    this.pipelines = pipelines;
  }

  /** Answers about one pipeline. */
  private interface About {
    Response answer(Request request, WatchedPipeline watched) throws IOException;
  }

  /** Adds its routes. */
  public void addTo(Router router) {
    router.add(new Route("GET", ROOT + "/openapi.json", Access.READ, request -> openApi()));
    router.add(new Route("GET", ROOT + "/pipelines", Access.READ, request -> list()));
    get(router, ONE, this::pipeline);
    get(router, ONE + "/plan", Api::plan);
    get(router, ONE + "/stages", Api::stages);
    get(router, ONE + "/stages/{s}", Api::stage);
    get(router, ONE + "/why", Api::why);
    get(router, ONE + "/sources", Api::sources);
    get(router, ONE + "/batches", Api::batches);
    get(router, ONE + "/checkpoints", Api::checkpoints);
    get(router, ONE + "/metrics", Api::metrics);
    get(router, ONE + "/series", Api::series);
    get(router, ONE + "/events", Api::events);
    get(router, ONE + "/snapshot", this::snapshot);
    router.add(new Route("GET", ONE + "/threads", Access.DATA, about(Api::threads)));
  }

  private void get(Router router, String template, About about) {
    router.add(new Route("GET", template, Access.READ, about(about)));
  }

  private Route.Handler about(About about) {
    return request -> about.answer(request, pipelines.get(request.value("p")));
  }

  private static Response openApi() throws IOException {
    try (InputStream contract = Api.class.getResourceAsStream("/dev/microbatch/ui/openapi.json")) {
      if (contract == null) {
        throw new IllegalStateException("openapi.json is missing in the jar");
      }
      return Response.of(200, Response.JSON, contract.readAllBytes());
    }
  }

  private Response list() {
    return Response.json(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("pipelines");
          for (WatchedPipeline watched : pipelines.all()) {
            PipelineJson.summary(json, watched);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private Response pipeline(Request request, WatchedPipeline watched) {
    PipelineJson pipeline =
        new PipelineJson(
            watched, watched.view(), pipelines.jvm().read(), request.caller().seesData());
    return Response.json(
        json -> pipeline.write(json, ShownOptions.of(watched.pipeline().options())));
  }

  private static Response plan(Request request, WatchedPipeline watched) {
    byte[] plan = Json.bytes(new PlanJson(watched.plan())::write);
    String etag = Assets.etag(plan);
    Response response =
        etag.equals(request.header("If-None-Match"))
            ? Response.empty(304)
            : Response.of(200, Response.JSON, plan);
    return response.with("ETag", etag).with("Cache-Control", "no-cache");
  }

  private static Response stages(Request request, WatchedPipeline watched) {
    View view = watched.view();
    return Response.json(
        json -> {
          json.writeStartObject();
          StageJson.recent(json, view);
          SnapshotJson.figures(json, view);
          json.writeEndObject();
        });
  }

  private static Response stage(Request request, WatchedPipeline watched) {
    View view = watched.view();
    Stage stage = findStage(view, request.value("s"));
    MetricsJson metrics = new MetricsJson(watched.metrics());
    return Response.json(json -> new StageJson(view).detail(json, stage, metrics));
  }

  private static Stage findStage(View view, String id) {
    for (Stage stage : view.plan().stages()) {
      if (Integer.toString(stage.id()).equals(id)) {
        return stage;
      }
    }
    throw new HttpError(
        404, "There is no such stage: they are 0 to " + (view.plan().stages().size() - 1));
  }

  private static Response why(Request request, WatchedPipeline watched) {
    WhyJson why = new WhyJson(watched, watched.view(), request.caller().seesData());
    return prefersText(request.header("Accept"))
        ? Response.text(why.text() + "\n").with("Vary", "Accept")
        : Response.json(why::write).with("Vary", "Accept");
  }

  /** Whether plain text is named before JSON. */
  private static boolean prefersText(@Nullable String accept) {
    if (accept == null || !accept.contains("text/plain")) {
      return false;
    }
    int json = accept.indexOf(Response.JSON);
    return json < 0 || accept.indexOf("text/plain") < json;
  }

  private static Response sources(Request request, WatchedPipeline watched) {
    return Response.json(new SourcesJson(watched.view())::write);
  }

  private static Response batches(Request request, WatchedPipeline watched) {
    long after = request.number("after", Long.MIN_VALUE, Long.MIN_VALUE, Long.MAX_VALUE);
    long min = request.number("min", 0, 0, Integer.MAX_VALUE);
    return Response.json(json -> new HistoryJson(watched).batches(json, after, min));
  }

  private static Response checkpoints(Request request, WatchedPipeline watched) {
    boolean seesData = request.caller().seesData();
    return Response.json(
        json -> new HistoryJson(watched).checkpoints(json, watched.view(), seesData));
  }

  private static Response metrics(Request request, WatchedPipeline watched) {
    long offset = request.number("offset", 0, 0, Integer.MAX_VALUE);
    long limit = request.number("limit", 200, 1, 1_000);
    MetricsJson metrics = new MetricsJson(watched.metrics());
    return Response.json(
        json -> metrics.page(json, request.query("prefix"), request.query("step"), offset, limit));
  }

  private static Response series(Request request, WatchedPipeline watched) {
    long since = request.number("since", Long.MIN_VALUE, Long.MIN_VALUE, Long.MAX_VALUE);
    long step =
        request.number("step", Series.FINE_MILLIS, Series.FINE_MILLIS, Series.COARSE_MILLIS);
    if (step != Series.FINE_MILLIS && step != Series.COARSE_MILLIS) {
      throw new HttpError(400, "step=" + step + " is not accepted: it must be 1000 or 10000");
    }
    String stage = request.query("stage");
    Series series =
        stage == null
            ? watched.history().pipeline()
            : watched.history().stage(findStage(watched.view(), stage).id());
    String wanted = request.query("names");
    List<String> names =
        wanted == null || wanted.isEmpty() ? List.of() : List.of(wanted.split(",", -1));
    for (String name : names) {
      if (!series.names().contains(name)) {
        throw new HttpError(400, "names has one that is not accepted: there are " + series.names());
      }
    }
    return Response.json(json -> HistoryJson.series(json, series, names, since, (int) step));
  }

  private static Response events(Request request, WatchedPipeline watched) {
    long after = request.number("after", 0, 0, Long.MAX_VALUE);
    boolean seesData = request.caller().seesData();
    return Response.json(json -> new HistoryJson(watched).events(json, after, seesData));
  }

  private Response snapshot(Request request, WatchedPipeline watched) {
    SnapshotJson snapshot =
        new SnapshotJson(watched, pipelines.jvm().read(), request.caller().seesData());
    return Response.json(snapshot::whole);
  }

  private static Response threads(Request request, WatchedPipeline watched) {
    View view = watched.view();
    List<Activity> activities = watched.pipeline().activities();
    return Response.json(
        json -> {
          json.writeStartObject();
          PipelineJson.running(json, watched.pipeline().monitor().running(), view.now().nanos());
          json.writeArrayFieldStart("threads");
          for (Activity activity : activities) {
            json.writeStartObject();
            json.writeNumberField("partition", activity.partition());
            json.writeNumberField("stage", activity.stage());
            json.writeStringField("step", view.plan().stages().get(activity.stage()).head().name());
            json.writeArrayFieldStart("stack");
            for (StackTraceElement call : activity.stack()) {
              json.writeString(call.toString());
            }
            json.writeEndArray();
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }
}
