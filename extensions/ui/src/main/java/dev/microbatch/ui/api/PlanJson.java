package dev.microbatch.ui.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What is run: the tree of transforms, which is made of the names of steps, and the graph of
 * stages.
 */
final class PlanJson {

  private final Plan plan;

  PlanJson(Plan plan) {
    this.plan = plan;
  }

  /** A node of the tree. */
  private static final class Node {
    private final String name;
    private final @Nullable String parent;
    private final TreeSet<Integer> stages = new TreeSet<>();
    private boolean step;

    private Node(String name, @Nullable String parent) {
      this.name = name;
      this.parent = parent;
    }
  }

  void write(JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("transforms");
    for (Map.Entry<String, Node> node : tree().entrySet()) {
      write(json, node.getKey(), node.getValue());
    }
    json.writeEndArray();
    json.writeArrayFieldStart("stages");
    for (Stage stage : plan.stages()) {
      write(json, stage);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("exchanges");
    for (Exchange exchange : plan.exchanges()) {
      write(json, exchange);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Parents before children. A step may be a parent too, if a user's name has a slash. */
  private Map<String, Node> tree() {
    Map<String, Node> tree = new LinkedHashMap<>();
    for (Stage stage : plan.stages()) {
      for (Step step : stage.steps()) {
        String path = step.name();
        String parent = null;
        for (int from = 0; ; ) {
          int slash = path.indexOf('/', from);
          String here = slash < 0 ? path : path.substring(0, slash);
          String above = parent;
          Node node =
              tree.computeIfAbsent(
                  here, p -> new Node(above == null ? p : p.substring(above.length() + 1), above));
          node.stages.add(stage.id());
          if (slash < 0) {
            node.step = true;
            break;
          }
          parent = here;
          from = slash + 1;
        }
      }
    }
    return tree;
  }

  private static void write(JsonGenerator json, String path, Node node) throws IOException {
    json.writeStartObject();
    json.writeStringField("path", path);
    json.writeStringField("name", node.name);
    Out.text(json, "parent", node.parent);
    json.writeBooleanField("step", node.step);
    numbers(json, "stages", new ArrayList<>(node.stages));
    json.writeEndObject();
  }

  private void write(JsonGenerator json, Stage stage) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", stage.id());
    json.writeStringField("name", stage.name());
    json.writeStringField(
        "kind", stage.isSource() ? "SOURCE" : stage.head().spec().isTimed() ? "TIMED" : "PLAIN");
    json.writeArrayFieldStart("steps");
    for (Step step : stage.steps()) {
      json.writeStartObject();
      json.writeStringField("name", step.name());
      json.writeStringField("kind", kind(step));
      json.writeBooleanField("timed", step.spec().isTimed());
      json.writeStringField("transform", step.name());
      targets(json, step);
      json.writeEndObject();
    }
    json.writeEndArray();
    numbers(json, "inputs", stage.mainInputs());
    json.writeArrayFieldStart("sideInputs");
    for (Map.Entry<String, Integer> side : stage.sideInputs().entrySet()) {
      json.writeStartObject();
      json.writeStringField("view", side.getKey());
      json.writeNumberField("exchange", side.getValue());
      json.writeEndObject();
    }
    json.writeEndArray();
    numbers(
        json,
        "outputs",
        plan.exchanges().stream()
            .filter(exchange -> exchange.fromStage() == stage.id())
            .map(Exchange::id)
            .toList());
    numbers(json, "after", stage.after());
    json.writeEndObject();
  }

  /** Who takes what a step gives, from whichever of its outputs. */
  private static void targets(JsonGenerator json, Step step) throws IOException {
    TreeSet<Integer> steps = new TreeSet<>();
    TreeSet<Integer> exchanges = new TreeSet<>();
    for (Output output : step.outputs()) {
      for (Target target : output.targets()) {
        if (target instanceof Target.ToStep to) {
          steps.add(to.index());
        } else if (target instanceof Target.ToExchange to) {
          exchanges.add(to.exchange());
        }
      }
    }
    numbers(json, "toSteps", new ArrayList<>(steps));
    numbers(json, "toExchanges", new ArrayList<>(exchanges));
  }

  private static void write(JsonGenerator json, Exchange exchange) throws IOException {
    json.writeStartObject();
    json.writeNumberField("id", exchange.id());
    json.writeStringField("name", exchange.name());
    json.writeNumberField("from", exchange.fromStage());
    json.writeNumberField("to", exchange.toStage());
    json.writeStringField("kind", exchange.kind().name());
    json.writeBooleanField("sideInput", exchange.viewId() != null);
    json.writeEndObject();
  }

  /** What a step does, by the name of its description. */
  static String kind(Step step) {
    return step.spec().getClass().getSimpleName();
  }

  private static void numbers(JsonGenerator json, String name, List<Integer> numbers)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (int number : numbers) {
      json.writeNumber(number);
    }
    json.writeEndArray();
  }
}
