package dev.microbatch.ui.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.checkpoint.StepBytes;
import dev.microbatch.executor.monitor.BatchRecord;
import dev.microbatch.executor.monitor.CommitInFlight;
import dev.microbatch.executor.monitor.CommitRecord;
import dev.microbatch.executor.monitor.Event;
import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.monitor.RestoreRecord;
import dev.microbatch.runner.MicroBatchPipelineOptions;
import dev.microbatch.ui.watch.Series;
import dev.microbatch.ui.watch.View;
import dev.microbatch.ui.watch.WatchedPipeline;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What has happened to a pipeline: batches, commits, restores, events, figures over time. */
final class HistoryJson {

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** How long a stack trace may be, in characters. */
  private static final int MOST_STACK = 20_000;

  private final WatchedPipeline watched;
  private final PipelineMonitor monitor;

  HistoryJson(WatchedPipeline watched) {
    this.watched = watched;
    this.monitor = watched.pipeline().monitor();
  }

  /**
   * The last batches.
   *
   * @param afterMillis only those that were over later
   * @param minMillis only those that took as long
   */
  void batches(JsonGenerator json, long afterMillis, long minMillis) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("batches");
    for (BatchRecord batch : monitor.batches()) {
      if (batch.endMillis() > afterMillis && batch.ranNanos() >= minMillis * NANOS_PER_MILLI) {
        write(json, batch);
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, BatchRecord batch) throws IOException {
    json.writeStartObject();
    json.writeNumberField("number", batch.number());
    Out.time(json, "at", batch.endMillis());
    json.writeObjectFieldStart("phases");
    Out.millis(json, "wait", batch.waitedNanos());
    Out.millis(json, "run", batch.ranNanos());
    Out.millis(json, "freeze", batch.capturedNanos());
    json.writeEndObject();
    json.writeNumberField("records", batch.records());
    Out.watermark(json, "watermark", batch.watermark());
    json.writeBooleanField("commit", batch.commit());
    Out.number(json, "slowestStage", batch.slowestStage() < 0 ? null : (long) batch.slowestStage());
    json.writeEndObject();
  }

  /**
   * Commits and restores.
   *
   * @param seesData whether messages of exceptions are to be told
   */
  void checkpoints(JsonGenerator json, View view, boolean seesData) throws IOException {
    json.writeStartObject();
    json.writeBooleanField("enabled", watched.pipeline().hasCheckpoints());
    json.writeNumberField(
        "intervalMillis",
        watched
            .pipeline()
            .options()
            .as(MicroBatchPipelineOptions.class)
            .getCheckpointIntervalMillis());
    inFlight(json, view, seesData);
    json.writeNumberField("durable", view.snapshot().counters().commits());
    json.writeArrayFieldStart("history");
    for (CommitRecord commit : monitor.commits()) {
      write(json, commit);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("restores");
    for (RestoreRecord restore : monitor.restores()) {
      json.writeStartObject();
      Out.time(json, "at", restore.millis());
      json.writeNumberField("commit", restore.commit());
      Out.millis(json, "millis", restore.nanos());
      json.writeStringField("reason", restore.afterFailure() ? "RETRY" : "START");
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void inFlight(JsonGenerator json, View view, boolean seesData) throws IOException {
    CommitInFlight now = view.snapshot().inFlight();
    if (now == null || view.state().isEnd()) {
      json.writeNullField("inFlight");
      return;
    }
    json.writeObjectFieldStart("inFlight");
    json.writeNumberField("commit", now.commit());
    json.writeNumberField(
        "millis", Math.max(0, (view.now().nanos() - now.sinceNanos()) / NANOS_PER_MILLI));
    json.writeNumberField("attempt", now.attempt());
    Out.text(json, "message", now.trouble() == null || !seesData ? null : now.trouble().message());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, CommitRecord commit) throws IOException {
    CommitStats stats = commit.stats();
    json.writeStartObject();
    json.writeNumberField("commit", commit.commit());
    Out.time(json, "at", commit.millis());
    json.writeStringField("outcome", commit.durable() ? "DURABLE" : "FAILED");
    Out.number(json, "bytes", stats == null ? null : stats.bytes());
    Out.number(json, "files", stats == null ? null : (long) stats.files());
    if (stats == null) {
      json.writeNullField("millis");
    } else {
      Out.millis(json, "millis", stats.nanos());
    }
    Out.millis(json, "freezeMillis", commit.freezeNanos());
    json.writeNumberField("attempts", commit.attempts());
    json.writeArrayFieldStart("steps");
    for (StepBytes step : stats == null ? List.<StepBytes>of() : stats.steps()) {
      if (step.written() > 0) {
        json.writeStartObject();
        json.writeStringField("step", step.step());
        json.writeNumberField("bytes", step.written());
        json.writeEndObject();
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /**
   * Events of a higher number.
   *
   * @param seesData whether messages of exceptions are to be told
   */
  void events(JsonGenerator json, long after, boolean seesData) throws IOException {
    List<Event> all = monitor.events();
    json.writeStartObject();
    json.writeArrayFieldStart("events");
    for (Event event : all) {
      if (event.number() > after) {
        event(json, event, seesData);
      }
    }
    json.writeEndArray();
    json.writeNumberField("last", all.isEmpty() ? 0 : all.get(all.size() - 1).number());
    json.writeEndObject();
  }

  /** One event. */
  static void event(JsonGenerator json, Event event, boolean seesData) throws IOException {
    json.writeStartObject();
    json.writeNumberField("number", event.number());
    Out.time(json, "at", event.millis());
    json.writeStringField("kind", event.kind().name());
    json.writeStringField(
        "text",
        event.message() == null || !seesData
            ? event.text()
            : event.text() + ": " + event.message());
    Out.text(json, "stack", seesData ? stack(event.thrown()) : null);
    json.writeEndObject();
  }

  private static @Nullable String stack(@Nullable Throwable thrown) {
    if (thrown == null) {
      return null;
    }
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.getBuffer().length() > MOST_STACK
        ? text.getBuffer().substring(0, MOST_STACK) + "..."
        : text.toString();
  }

  /**
   * Figures over time.
   *
   * @param series which
   * @param names which of them; empty for all
   * @param sinceMillis only moments behind this one
   * @param stepMillis the distance of two moments
   */
  static void series(
      JsonGenerator json, Series series, List<String> names, long sinceMillis, int stepMillis)
      throws IOException {
    Series.Part part = series.since(sinceMillis, stepMillis);
    json.writeStartObject();
    json.writeNumberField("stepMillis", stepMillis);
    json.writeArrayFieldStart("t");
    for (long moment : part.millis()) {
      json.writeNumber(moment);
    }
    json.writeEndArray();
    json.writeObjectFieldStart("v");
    for (int i = 0; i < series.names().size(); i++) {
      if (names.isEmpty() || names.contains(series.names().get(i))) {
        json.writeArrayFieldStart(series.names().get(i));
        for (float value : part.values()[i]) {
          if (Float.isNaN(value)) {
            json.writeNull();
          } else {
            json.writeNumber(value);
          }
        }
        json.writeEndArray();
      }
    }
    json.writeEndObject();
    json.writeEndObject();
  }
}
