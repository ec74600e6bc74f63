package dev.microbatch.ui.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.microbatch.executor.monitor.Cause;
import dev.microbatch.executor.monitor.CommitInFlight;
import dev.microbatch.executor.monitor.Explanation;
import dev.microbatch.executor.monitor.Link;
import dev.microbatch.executor.monitor.Outcome;
import dev.microbatch.executor.monitor.PipelineMonitor;
import dev.microbatch.executor.monitor.Snapshot;
import dev.microbatch.executor.operator.HoldKind;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.ui.watch.View;
import dev.microbatch.ui.watch.WatchedPipeline;
import java.io.IOException;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Why a pipeline does not go on. */
final class WhyJson {

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final WatchedPipeline watched;
  private final View view;
  private final Explanation explanation;

  /**
   * Has it explained.
   *
   * @param seesData whether messages of exceptions are to be told
   */
  WhyJson(WatchedPipeline watched, View view, boolean seesData) {
    this.watched = watched;
    this.view = view;
    this.explanation = seesData ? watched.pipeline().why() : watched.pipeline().whyDiscreetly();
  }

  String text() {
    return explanation.text();
  }

  void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    verdict(json);
    json.writeArrayFieldStart("chain");
    for (Link link : explanation.chain()) {
      json.writeStartObject();
      json.writeNumberField("stage", link.stage());
      json.writeStringField("step", link.step());
      json.writeNumberField("partition", link.partition());
      Out.text(json, "hold", link.kind() == HoldKind.NONE ? null : link.kind().name());
      Out.watermark(json, "watermark", link.watermark());
      json.writeStringField("text", link.text());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** The verdict alone, as a field. */
  void verdict(JsonGenerator json) throws IOException {
    Cause cause = explanation.cause();
    json.writeObjectFieldStart("verdict");
    json.writeStringField("kind", cause.name());
    json.writeStringField("severity", severity(cause).name());
    json.writeStringField("text", explanation.sentence());
    Out.text(json, "step", explanation.step());
    Integer stage = stage(explanation.step());
    Out.number(json, "stage", stage == null ? null : (long) stage);
    Out.number(
        json, "partition", explanation.partition() < 0 ? null : (long) explanation.partition());
    Out.time(json, "since", since(cause));
    json.writeStringField("advice", cause.advice());
    json.writeEndObject();
  }

  private @Nullable Integer stage(@Nullable String step) {
    for (Stage stage : view.plan().stages()) {
      if (step != null && stage.steps().stream().anyMatch(one -> one.name().equals(step))) {
        return stage.id();
      }
    }
    return null;
  }

  /** How much somebody has to care. */
  enum Severity {
    OK,
    INFO,
    WARNING,
    ERROR
  }

  private Severity severity(Cause cause) {
    return switch (cause) {
      case ENDED -> hasFailed() ? Severity.ERROR : Severity.OK;
      case READING, IDLE -> Severity.OK;
      case STARTING,
          EVENT_TIMER,
          PROCESSING_TIMER,
          WINDOW,
          SIDE_INPUT,
          STABLE_INPUT,
          RESIDUAL,
          DRAINING ->
          Severity.INFO;
      case USER_CODE, OVERLOADED, SKEWED, SILENT_SPLIT -> Severity.WARNING;
      case RETRYING, OUTAGE, STANDS_STILL -> Severity.ERROR;
    };
  }

  private boolean hasFailed() {
    return view.snapshot().end() != null && view.snapshot().end().outcome() == Outcome.FAILED;
  }

  private @Nullable Long since(Cause cause) {
    Snapshot snapshot = view.snapshot();
    return switch (cause) {
      case ENDED -> snapshot.end() == null ? null : snapshot.end().millis();
      case STARTING -> millis(snapshot.sinceNanos());
      case RETRYING ->
          snapshot.phase() == Snapshot.Phase.PAUSED ? millis(snapshot.sinceNanos()) : null;
      case USER_CODE -> {
        PipelineMonitor.Running running = watched.pipeline().monitor().running();
        yield running == null ? null : millis(running.sinceNanos());
      }
      case OUTAGE -> {
        CommitInFlight inFlight = snapshot.inFlight();
        if (snapshot.outage() != null) {
          yield millis(snapshot.outage().sinceNanos());
        }
        yield inFlight == null || inFlight.trouble() == null
            ? null
            : millis(inFlight.trouble().sinceNanos());
      }
      case OVERLOADED, SKEWED, READING ->
          snapshot.standing().behindNanos() == null
              ? null
              : millis(snapshot.standing().behindNanos());
      case SILENT_SPLIT,
          EVENT_TIMER,
          PROCESSING_TIMER,
          WINDOW,
          SIDE_INPUT,
          STABLE_INPUT,
          RESIDUAL ->
          millis(snapshot.standing().watermarkNanos());
      case DRAINING, IDLE, STANDS_STILL -> null;
    };
  }

  private long millis(long nanos) {
    return view.now().millis() - (view.now().nanos() - nanos) / NANOS_PER_MILLI;
  }
}
