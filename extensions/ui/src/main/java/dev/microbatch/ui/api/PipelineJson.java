package dev.microbatch.ui.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.microbatch.executor.checkpoint.CommitStats;
import dev.microbatch.executor.monitor.BatchRecord;
import dev.microbatch.executor.monitor.CommitRecord;
import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.monitor.Snapshot;
import dev.microbatch.ui.watch.Jvm;
import dev.microbatch.ui.watch.View;
import dev.microbatch.ui.watch.WatchedPipeline;
import dev.microbatch.ui.watch.Watermarks;
import java.io.IOException;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/** A pipeline as a whole. */
final class PipelineJson {

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final WatchedPipeline watched;
  private final View view;
  private final Jvm.Reading jvm;
  private final boolean seesData;

  /**
   * Looks at a pipeline.
   *
   * @param jvm the process
   * @param seesData whether messages of exceptions are to be told
   */
  PipelineJson(WatchedPipeline watched, View view, Jvm.Reading jvm, boolean seesData) {
    this.watched = watched;
    this.view = view;
    this.jvm = jvm;
    this.seesData = seesData;
  }

  /** The few fields that a list of pipelines has. */
  static void summary(JsonGenerator json, WatchedPipeline watched) throws IOException {
    json.writeStartObject();
    identity(json, watched);
    json.writeEndObject();
  }

  private static void identity(JsonGenerator json, WatchedPipeline watched) throws IOException {
    json.writeStringField("id", watched.id());
    json.writeStringField("name", watched.pipeline().name());
    json.writeStringField("state", watched.state().name());
    Out.time(json, "startedAt", watched.startedMillis());
    Out.time(json, "endedAt", watched.endedMillis());
  }

  /**
   * All fields.
   *
   * @param options what was set; null if that is not to be told
   */
  void write(JsonGenerator json, @Nullable Map<String, String> options) throws IOException {
    Snapshot snapshot = view.snapshot();
    json.writeStartObject();
    identity(json, watched);
    Long ended = watched.endedMillis();
    json.writeNumberField(
        "uptimeMillis",
        Math.max(0, (ended == null ? view.now().millis() : ended) - watched.startedMillis()));
    json.writeNumberField("parallelism", snapshot.parallelism());
    json.writeNumberField("keyGroups", view.plan().keyGroups());
    json.writeBooleanField("checkpoints", watched.pipeline().hasCheckpoints());
    json.writeNumberField("recentMillis", view.recentNanos() / NANOS_PER_MILLI);
    batch(json, snapshot);
    json.writeObjectFieldStart("records");
    json.writeNumberField("read", view.read());
    Out.decimal(json, "perSecond", view.perSecond(view.recentlyRead()));
    json.writeEndObject();
    long watermark = Watermarks.of(snapshot);
    Out.watermark(json, "watermark", watermark);
    Out.number(json, "lagMillis", view.lag(watermark));
    commit(json, snapshot.commit());
    json.writeNumberField("commits", snapshot.counters().commits());
    json.writeNumberField("restores", snapshot.counters().restores());
    json.writeNumberField("retries", snapshot.counters().retries());
    new WhyJson(watched, view, seesData).verdict(json);
    process(json);
    if (options != null) {
      json.writeObjectFieldStart("options");
      for (Map.Entry<String, String> option : options.entrySet()) {
        json.writeStringField(option.getKey(), option.getValue());
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private void batch(JsonGenerator json, Snapshot snapshot) throws IOException {
    BatchRecord last = snapshot.done().last();
    json.writeObjectFieldStart("batch");
    json.writeNumberField("count", snapshot.done().batches());
    json.writeNumberField("number", last == null ? 0 : last.number());
    Out.decimal(json, "perSecond", view.perSecond(view.recentBatches()));
    Out.millis(json, "millis", last == null ? 0 : last.ranNanos());
    running(json, watched.pipeline().monitor().running(), view.now().nanos());
    json.writeEndObject();
  }

  /** What the engine is at, as a field. */
  static void running(JsonGenerator json, PipelineMonitor.@Nullable Running running, long nowNanos)
      throws IOException {
    if (running == null) {
      json.writeNullField("running");
      return;
    }
    json.writeObjectFieldStart("running");
    json.writeNumberField("number", running.batch());
    json.writeNumberField(
        "millis", Math.max(0, (nowNanos - running.sinceNanos()) / NANOS_PER_MILLI));
    json.writeEndObject();
  }

  private void commit(JsonGenerator json, @Nullable CommitRecord commit) throws IOException {
    if (commit == null) {
      json.writeNullField("commit");
      return;
    }
    CommitStats stats = commit.stats();
    json.writeObjectFieldStart("commit");
    json.writeNumberField("number", commit.commit());
    Out.time(json, "at", commit.millis());
    json.writeNumberField(
        "ageMillis", Math.max(0, (view.now().nanos() - commit.nanos()) / NANOS_PER_MILLI));
    Out.number(json, "bytes", stats == null ? null : stats.bytes());
    if (stats == null) {
      json.writeNullField("millis");
    } else {
      Out.millis(json, "millis", stats.nanos());
    }
    json.writeEndObject();
  }

  private void process(JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("jvm");
    json.writeNumberField("heapUsedBytes", jvm.heapUsedBytes());
    json.writeNumberField("heapMaxBytes", jvm.heapMaxBytes());
    Out.decimal(json, "cpu", jvm.cpu());
    json.writeNumberField("gcMillis", jvm.gcMillis());
    json.writeNumberField("threads", jvm.threads());
    json.writeEndObject();
  }
}
