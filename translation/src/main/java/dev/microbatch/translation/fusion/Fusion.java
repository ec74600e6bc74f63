package dev.microbatch.translation.fusion;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.fusion.StageDraft.ExchangeDraft;
import dev.microbatch.translation.fusion.StageDraft.Next;
import dev.microbatch.translation.fusion.StageDraft.OutputDraft;
import dev.microbatch.translation.fusion.StageDraft.StepDraft;
import dev.microbatch.translation.graph.LogicalGraph;
import dev.microbatch.translation.graph.LogicalStep;
import dev.microbatch.translation.graph.Port;
import dev.microbatch.translation.graph.Routing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Cuts a graph into stages. A step joins the stage of its producer, unless an exchange has to stand
 * between them or the step has to be a head: then it begins a stage of its own. A step whose
 * records come from several stages begins one with {@link StepSpec.Receive}, which all steps share
 * that take the same records; the runner's own small steps are put into each of those stages
 * instead, so that a combiner, for one, shrinks the records before they travel.
 *
 * <p>No stage can wait for itself: all steps of a stage come after its head, so a stage that feeds
 * the head of another has a head that comes before that one.
 */
public final class Fusion {
  private final LogicalGraph graph;
  private final List<StageDraft> stages = new ArrayList<>();

  /** Where each port has come to lie: at several places if its step was put into several stages. */
  private final Map<Port, List<OutputDraft>> placed = new HashMap<>();

  /** The step that begins a stage for records from several, by the ports that they come from. */
  private final Map<List<Port>, StepDraft> receivers = new HashMap<>();

  private Fusion(LogicalGraph graph) {
    this.graph = graph;
  }

  /**
   * Cuts a graph into the stages of a plan.
   *
   * @param graph the graph
   * @param name the name of the plan
   * @param keyGroups the number of key groups of the plan
   */
  public static Plan fuse(LogicalGraph graph, String name, int keyGroups) {
    Fusion fusion = new Fusion(graph);
    graph.steps().forEach(fusion::place);
    graph.steps().forEach(fusion::connectViews);
    return Numbering.number(fusion.stages, name, keyGroups);
  }

  private void place(LogicalStep step) {
    if (step.isHead()) {
      StepDraft head = head(step.name(), step.spec(), step.outputs());
      connect(outputs(step.inputs()), head, step.routing());
      return;
    }
    List<OutputDraft> inputs = outputs(step.inputs());
    Set<StageDraft> from = new LinkedHashSet<>();
    inputs.forEach(input -> from.add(input.step.stage));
    if (from.size() == 1 || isOwn(step.spec())) {
      for (StageDraft stage : from) {
        StepDraft draft = draft(stage, step.name(), step.spec(), step.outputs());
        inputs.stream()
            .filter(input -> input.step.stage == stage)
            .forEach(input -> input.targets.add(new Next(draft)));
      }
    } else {
      StepDraft receiver =
          receivers.computeIfAbsent(step.inputs(), ports -> receiver(step.name(), inputs));
      StepDraft draft = draft(receiver.stage, step.name(), step.spec(), step.outputs());
      receiver.outputs.get(Output.MAIN).targets.add(new Next(draft));
    }
  }

  /** Whether a step runs no code that its user would wonder to see at work in several stages. */
  private static boolean isOwn(StepSpec spec) {
    return spec instanceof StepSpec.PreCombine
        || spec instanceof StepSpec.WithVoidKey
        || spec instanceof StepSpec.AssignWindows;
  }

  private StepDraft receiver(String reader, List<OutputDraft> inputs) {
    Port first = inputs.get(0).port;
    Port port = new Port(-1, Output.MAIN, first.name(), first.coder(), first.windowCoder());
    StageDraft stage = new StageDraft();
    stages.add(stage);
    StepDraft receiver =
        new StepDraft(stage, reader + "/Receive", new StepSpec.Receive(), List.of(port));
    connect(inputs, receiver, Routing.local());
    return receiver;
  }

  private StepDraft head(String name, StepSpec spec, List<Port> outputs) {
    StageDraft stage = new StageDraft();
    stages.add(stage);
    return draft(stage, name, spec, outputs);
  }

  private StepDraft draft(StageDraft stage, String name, StepSpec spec, List<Port> outputs) {
    StepDraft draft = new StepDraft(stage, name, spec, outputs);
    draft
        .outputs
        .values()
        .forEach(output -> placed.computeIfAbsent(output.port, p -> new ArrayList<>()).add(output));
    return draft;
  }

  private List<OutputDraft> outputs(List<Port> ports) {
    List<OutputDraft> outputs = new ArrayList<>();
    ports.forEach(port -> outputs.addAll(placed.get(port)));
    return outputs;
  }

  /** An output that stands twice is sent twice, over two exchanges. */
  private static void connect(List<OutputDraft> inputs, StepDraft head, Routing routing) {
    for (OutputDraft input : inputs) {
      ExchangeDraft exchange =
          new ExchangeDraft(input, head.stage, routing.kind(), routing.keyCoder(), null);
      head.stage.mainInputs.add(exchange);
      input.targets.add(exchange);
    }
  }

  private void connectViews(LogicalStep step) {
    if (step.views().isEmpty()) {
      return;
    }
    StageDraft reader = placed.get(step.outputs().get(0)).get(0).step.stage;
    for (String view : step.views()) {
      if (!reader.sideInputs.containsKey(view)) {
        OutputDraft panes = placed.get(graph.views().get(view)).get(0);
        ExchangeDraft exchange =
            new ExchangeDraft(panes, reader, Exchange.Kind.BROADCAST, null, view);
        reader.sideInputs.put(view, exchange);
        panes.targets.add(exchange);
      }
    }
  }
}
