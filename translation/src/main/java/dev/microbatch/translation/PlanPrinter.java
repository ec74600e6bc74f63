package dev.microbatch.translation;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prints a plan for people: the stages in order, the steps of each with their kind, and where each
 * output goes. Stateless.
 */
public final class PlanPrinter {

  private PlanPrinter() {}

  /** The plan as lines of text. */
  public static String print(Plan plan) {
    StringBuilder text = new StringBuilder();
    text.append("Plan ")
        .append(plan.name())
        .append(": ")
        .append(plan.stages().size())
        .append(" stages, ")
        .append(plan.exchanges().size())
        .append(" exchanges, ")
        .append(plan.keyGroups())
        .append(" key groups\n");
    plan.stages().forEach(stage -> print(plan, stage, text));
    return text.toString();
  }

  private static void print(Plan plan, Stage stage, StringBuilder text) {
    text.append("Stage ").append(stage.id()).append(": ").append(stage.name());
    if (!stage.after().isEmpty()) {
      text.append(", after stage ").append(joined(stage.after()));
    }
    text.append('\n');
    for (int id : stage.mainInputs()) {
      text.append("  from ").append(origin(plan, id)).append('\n');
    }
    stage.sideInputs().values().stream()
        .sorted()
        .forEach(id -> text.append("  side input from ").append(origin(plan, id)).append('\n'));
    for (int i = 0; i < stage.steps().size(); i++) {
      Step step = stage.steps().get(i);
      text.append("  ").append(i).append(' ').append(kind(step.spec()));
      text.append(' ').append(step.name()).append('\n');
      for (Output output : step.outputs()) {
        print(plan, output, text);
      }
    }
  }

  private static String origin(Plan plan, int id) {
    Exchange exchange = plan.exchanges().get(id);
    return "stage " + exchange.fromStage() + ' ' + kind(exchange) + ": " + exchange.name();
  }

  private static void print(Plan plan, Output output, StringBuilder text) {
    text.append("      ").append(output.tag()).append(" -> ");
    List<String> targets = new ArrayList<>();
    for (Target target : output.targets()) {
      targets.add(
          target instanceof Target.ToExchange out
              ? target(plan.exchanges().get(out.exchange()))
              : String.valueOf(((Target.ToStep) target).index()));
    }
    text.append(targets.isEmpty() ? "nobody" : String.join(", ", targets)).append('\n');
  }

  private static String target(Exchange exchange) {
    return "stage "
        + exchange.toStage()
        + ' '
        + kind(exchange)
        + (exchange.viewId() == null ? "" : " as side input");
  }

  private static String kind(Exchange exchange) {
    return exchange.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private static String kind(StepSpec spec) {
    return spec.getClass().getSimpleName() + (spec.isTimed() ? "*" : "");
  }

  private static String joined(List<Integer> ids) {
    return String.join(", ", ids.stream().map(String::valueOf).toList());
  }
}
