package dev.microbatch.ui.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.source.SplitStatus;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.ui.watch.View;
import dev.microbatch.ui.watch.Watermarks;
import java.io.IOException;
import java.util.List;

/** Sources and their splits. */
final class SourcesJson {

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final View view;

  SourcesJson(View view) {
    this.view = view;
  }

  /** How long ago tasks looked at themselves, in nanoseconds. */
  private long surveyAge() {
    return Math.max(0, view.now().nanos() - view.snapshot().standing().surveyNanos());
  }

  private boolean isSurveyed() {
    for (Object survey : view.snapshot().standing().surveys()) {
      if (survey != null) {
        return true;
      }
    }
    return false;
  }

  void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    Out.time(
        json,
        "surveyedAt",
        isSurveyed() ? view.now().millis() - surveyAge() / NANOS_PER_MILLI : null);
    json.writeArrayFieldStart("sources");
    for (Stage stage : view.plan().stages()) {
      if (stage.isSource()) {
        write(json, stage);
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void write(JsonGenerator json, Stage stage) throws IOException {
    List<StageReport> reports = view.reports(stage.id());
    json.writeStartObject();
    json.writeNumberField("stage", stage.id());
    json.writeStringField("step", stage.head().name());
    json.writeStringField("kind", PlanJson.kind(stage.head()));
    json.writeBooleanField(
        "done", !reports.isEmpty() && reports.stream().allMatch(StageReport::sourceDone));
    json.writeBooleanField("hasMore", reports.stream().anyMatch(StageReport::sourceHasMore));
    json.writeNumberField("recordsRead", view.work(stage.id()).recordsIn());
    Out.decimal(json, "perSecond", view.perSecond(view.recent(stage.id()).recordsIn()));
    Out.watermark(
        json, "watermark", Watermarks.earliest(reports, report -> report.times().watermark()));
    json.writeArrayFieldStart("splits");
    for (int partition = 0; partition < view.snapshot().parallelism(); partition++) {
      for (SplitStatus split : view.splits(stage.id(), partition)) {
        write(json, partition, split);
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private void write(JsonGenerator json, int partition, SplitStatus split) throws IOException {
    json.writeStartObject();
    json.writeNumberField("split", split.index());
    json.writeNumberField("partition", partition);
    json.writeStringField("description", split.name());
    Out.watermark(json, "watermark", split.watermark());
    json.writeNumberField("idleMillis", (split.idleNanos() + surveyAge()) / NANOS_PER_MILLI);
    json.writeBooleanField("hasMore", split.hasMore());
    Out.number(
        json,
        "backlogBytes",
        split.backlogBytes() == SplitStatus.UNKNOWN ? null : split.backlogBytes());
    json.writeEndObject();
  }
}
