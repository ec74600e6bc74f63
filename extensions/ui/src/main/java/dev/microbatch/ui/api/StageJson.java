package dev.microbatch.ui.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.microbatch.executor.monitor.Work;
import dev.microbatch.executor.operator.HoldKind;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.stage.StageReport;
import dev.microbatch.executor.state.StateSize;
import dev.microbatch.executor.time.EventTime;
import dev.microbatch.ui.watch.View;
import dev.microbatch.ui.watch.Watermarks;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What stages and their partitions have done, and where they stand. */
final class StageJson {

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** How many records there must have been lately to speak of skew. */
  private static final long LEAST_FOR_SKEW = 100;

  /** How many metrics of a step are written. */
  private static final int METRICS_OF_STEP = 100;

  private final View view;

  StageJson(View view) {
    this.view = view;
  }

  /** Over which time rates and shares are given, as a field. */
  static void recent(JsonGenerator json, View view) throws IOException {
    json.writeNumberField("recentMillis", view.recentNanos() / NANOS_PER_MILLI);
  }

  /** A stage with its partitions, steps and neighbours. */
  void detail(JsonGenerator json, Stage stage, MetricsJson metrics) throws IOException {
    json.writeStartObject();
    recent(json, view);
    json.writeFieldName("figures");
    stage(json, stage);
    json.writeArrayFieldStart("partitions");
    for (int partition = 0; partition < view.snapshot().parallelism(); partition++) {
      partition(json, stage, partition);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("steps");
    for (Step step : stage.steps()) {
      json.writeStartObject();
      json.writeStringField("name", step.name());
      json.writeStringField("kind", PlanJson.kind(step));
      json.writeBooleanField("timed", step.spec().isTimed());
      metrics.ofStep(json, step.name(), METRICS_OF_STEP);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("inputs");
    for (Exchange exchange : view.plan().exchanges()) {
      if (exchange.toStage() == stage.id()) {
        neighbour(json, exchange, exchange.fromStage());
      }
    }
    json.writeEndArray();
    json.writeArrayFieldStart("outputs");
    for (Exchange exchange : view.plan().exchanges()) {
      if (exchange.fromStage() == stage.id()) {
        neighbour(json, exchange, exchange.toStage());
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** A stage: all partitions together. */
  void stage(JsonGenerator json, Stage stage) throws IOException {
    int id = stage.id();
    List<StageReport> reports = view.reports(id);
    json.writeStartObject();
    json.writeNumberField("id", id);
    json.writeStringField("name", stage.name());
    json.writeNumberField("recordsOut", view.out(id));
    Out.decimal(json, "outPerSecond", view.perSecond(view.recentlyOut(id)));
    figures(json, view.work(id), view.recent(id), view.snapshot().parallelism());
    times(json, stage, reports);
    size(json, view.size(id));
    Out.decimal(json, "skew", view.skew(id, LEAST_FOR_SKEW));
    Out.number(json, "stateBytes", view.stateBytes(stage));
    json.writeEndObject();
  }

  /** One partition of a stage. */
  void partition(JsonGenerator json, Stage stage, int partition) throws IOException {
    int id = stage.id();
    List<StageReport> reports =
        view.reports(id).stream().filter(report -> report.partition() == partition).toList();
    json.writeStartObject();
    json.writeNumberField("partition", partition);
    figures(json, view.work(id, partition), view.recent(id, partition), 1);
    times(json, stage, reports);
    size(json, view.size(id, partition));
    StageReport report = reports.isEmpty() ? null : reports.get(0);
    if (report == null || report.nextEventTime() == Long.MAX_VALUE) {
      json.writeNullField("nextEventTime");
    } else {
      Out.watermark(json, "nextEventTime", report.nextEventTime());
    }
    Out.time(json, "nextWakeUp", wakeUp(report));
    json.writeEndObject();
  }

  private @Nullable Long wakeUp(@Nullable StageReport report) {
    if (report == null || report.nextWakeUp() == Long.MAX_VALUE) {
      return null;
    }
    return report.nextWakeUp() == StageReport.AT_ONCE ? view.now().millis() : report.nextWakeUp();
  }

  private void figures(JsonGenerator json, Work work, Work recent, int threads) throws IOException {
    json.writeNumberField("recordsIn", work.recordsIn());
    Out.decimal(json, "inPerSecond", view.perSecond(recent.recordsIn()));
    Out.decimal(json, "busy", view.share(recent.busyNanos(), threads));
    Out.decimal(json, "starved", view.share(recent.starvedNanos(), threads));
    Out.decimal(json, "blocked", view.share(recent.blockedNanos(), threads));
    json.writeNumberField("busyMillis", work.busyNanos() / NANOS_PER_MILLI);
    json.writeNumberField("starvedMillis", work.starvedNanos() / NANOS_PER_MILLI);
    json.writeNumberField("blockedMillis", work.blockedNanos() / NANOS_PER_MILLI);
    json.writeNumberField("dropped", work.dropped());
  }

  private void times(JsonGenerator json, Stage stage, List<StageReport> reports)
      throws IOException {
    long input = Watermarks.earliest(reports, report -> report.figures().inputWatermark());
    long sent = Watermarks.earliest(reports, report -> report.times().watermark());
    Out.watermark(json, "inputWatermark", input);
    Out.watermark(json, "watermark", sent);
    Long lag = view.lag(sent);
    json.writeNumberField("localLagMillis", lag == null ? 0 : local(stage, input, sent, lag));
    Out.number(json, "lagMillis", lag);
    hold(json, reports);
  }

  /** A source adds all of its lag; any other stage what it has been sent and does not send. */
  private long local(Stage stage, long input, long sent, long lag) {
    if (stage.isSource()) {
      return lag;
    }
    return Math.max(0, Math.min(input, view.now().millis()) - sent);
  }

  private static void hold(JsonGenerator json, List<StageReport> reports) throws IOException {
    StageReport earliest =
        reports.stream()
            .min(Comparator.comparingLong(report -> report.times().watermark()))
            .orElse(null);
    if (earliest == null || earliest.hold() == HoldKind.NONE) {
      json.writeNullField("hold");
      return;
    }
    json.writeObjectFieldStart("hold");
    json.writeStringField("kind", earliest.hold().name());
    Out.watermark(json, "at", heldAt(earliest));
    json.writeEndObject();
  }

  private static long heldAt(StageReport report) {
    long at =
        switch (report.hold()) {
          case TIMER, GROUP, RESIDUAL -> report.outputHold();
          case SIDE_INPUT, STABLE_INPUT -> report.inputHold();
          case NONE, SOURCE, SETTLING -> EventTime.MAX;
        };
    return at == EventTime.MAX ? report.times().watermark() : at;
  }

  private static void size(JsonGenerator json, StateSize size) throws IOException {
    json.writeNumberField("keys", size.keys());
    json.writeNumberField("timers", size.timers());
    json.writeNumberField("withheld", size.withheld());
  }

  /** What has crossed an exchange. */
  void exchange(JsonGenerator json, Exchange exchange) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", exchange.id());
    crossed(json, exchange);
    json.writeEndObject();
  }

  /**
   * An exchange of a stage.
   *
   * @param other the stage at its other end
   */
  private void neighbour(JsonGenerator json, Exchange exchange, int other) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", exchange.id());
    json.writeStringField("name", exchange.name());
    json.writeStringField("kind", exchange.kind().name());
    json.writeNumberField("stage", other);
    json.writeBooleanField("sideInput", exchange.viewId() != null);
    crossed(json, exchange);
    json.writeEndObject();
  }

  private void crossed(JsonGenerator json, Exchange exchange) throws IOException {
    json.writeNumberField("records", view.sent(exchange.id()));
    Out.decimal(json, "perSecond", view.perSecond(view.recentlySent(exchange.id())));
  }
}
