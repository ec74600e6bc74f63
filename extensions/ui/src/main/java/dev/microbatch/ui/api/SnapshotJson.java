package dev.microbatch.ui.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.ui.http.Json;
import dev.microbatch.ui.watch.Jvm;
import dev.microbatch.ui.watch.View;
import dev.microbatch.ui.watch.WatchedPipeline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/** All that changes of a pipeline, or what of it has changed since another time. */
final class SnapshotJson {

  private final View view;
  private final PipelineJson pipeline;
  private final List<byte[]> stages = new ArrayList<>();
  private final List<byte[]> exchanges = new ArrayList<>();

  /**
   * Looks at a pipeline.
   *
   * @param jvm the process
   * @param seesData whether messages of exceptions are to be told
   */
  SnapshotJson(WatchedPipeline watched, Jvm.Reading jvm, boolean seesData) {
    this.view = watched.view();
    this.pipeline = new PipelineJson(watched, view, jvm, seesData);
    StageJson figures = new StageJson(view);
    for (Stage stage : view.plan().stages()) {
      stages.add(Json.bytes(json -> figures.stage(json, stage)));
    }
    for (Exchange exchange : view.plan().exchanges()) {
      exchanges.add(Json.bytes(json -> figures.exchange(json, exchange)));
    }
  }

  /** All of it. */
  void whole(JsonGenerator json) throws IOException {
    write(json, null);
  }

  /** What has changed. */
  void since(JsonGenerator json, SnapshotJson before) throws IOException {
    write(json, before);
  }

  private void write(JsonGenerator json, @Nullable SnapshotJson before) throws IOException {
    json.writeStartObject();
    Out.time(json, "at", view.now().millis());
    json.writeBooleanField("full", before == null);
    json.writeFieldName("pipeline");
    pipeline.write(json, null);
    changed(json, "stages", stages, before == null ? null : before.stages);
    changed(json, "exchanges", exchanges, before == null ? null : before.exchanges);
    json.writeEndObject();
  }

  private static void changed(
      JsonGenerator json, String name, List<byte[]> now, @Nullable List<byte[]> before)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (int i = 0; i < now.size(); i++) {
      if (before == null || !Arrays.equals(now.get(i), before.get(i))) {
        json.writeRawValue(new String(now.get(i), StandardCharsets.UTF_8));
      }
    }
    json.writeEndArray();
  }

  /** Stages and exchanges, as fields. */
  static void figures(JsonGenerator json, View view) throws IOException {
    StageJson figures = new StageJson(view);
    json.writeArrayFieldStart("stages");
    for (Stage stage : view.plan().stages()) {
      figures.stage(json, stage);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("exchanges");
    for (Exchange exchange : view.plan().exchanges()) {
      figures.exchange(json, exchange);
    }
    json.writeEndArray();
  }
}
