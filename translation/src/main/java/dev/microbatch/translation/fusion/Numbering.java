package dev.microbatch.translation.fusion;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.translation.fusion.StageDraft.ExchangeDraft;
import dev.microbatch.translation.fusion.StageDraft.OutputDraft;
import dev.microbatch.translation.fusion.StageDraft.StepDraft;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives stages and exchanges their ids. A stage stands after all that it has an input from, side
 * inputs included; apart from that the order in which the pipeline was written is kept.
 */
final class Numbering {
  private final Map<StageDraft, Integer> stageIds = new LinkedHashMap<>();
  private final Map<ExchangeDraft, Integer> exchangeIds = new LinkedHashMap<>();

  private Numbering() {}

  static Plan number(List<StageDraft> drafts, String name, int keyGroups) {
    Numbering numbering = new Numbering();
    Set<StageDraft> ordered = new LinkedHashSet<>();
    drafts.forEach(draft -> visit(draft, ordered));
    ordered.forEach(draft -> numbering.stageIds.put(draft, numbering.stageIds.size()));
    for (StageDraft stage : ordered) {
      stage.mainInputs.forEach(numbering::number);
      stage.sideInputs.values().forEach(numbering::number);
    }
    List<Exchange> exchanges = new ArrayList<>();
    numbering.exchangeIds.forEach(
        (draft, id) -> exchanges.add(draft.build(id, numbering.stageIds)));
    List<Stage> stages = new ArrayList<>();
    ordered.forEach(draft -> stages.add(numbering.build(draft)));
    return new Plan(name, SourceOrder.order(stages, exchanges), exchanges, keyGroups);
  }

  private static void visit(StageDraft stage, Set<StageDraft> ordered) {
    if (!ordered.contains(stage)) {
      stage.upstream().forEach(upstream -> visit(upstream, ordered));
      ordered.add(stage);
    }
  }

  private void number(ExchangeDraft exchange) {
    exchangeIds.put(exchange, exchangeIds.size());
  }

  private Stage build(StageDraft draft) {
    List<Step> steps = new ArrayList<>();
    for (StepDraft step : draft.steps) {
      List<Output> outputs = new ArrayList<>();
      for (OutputDraft output : step.outputs.values()) {
        outputs.add(output.build(exchangeIds));
      }
      steps.add(new Step(step.name, step.spec, outputs));
    }
    Map<String, Integer> sideInputs = new HashMap<>();
    draft.sideInputs.forEach((view, exchange) -> sideInputs.put(view, exchangeIds.get(exchange)));
    return new Stage(
        stageIds.get(draft),
        draft.steps.get(0).name,
        steps,
        ids(draft.mainInputs),
        sideInputs,
        List.of());
  }

  private List<Integer> ids(Collection<ExchangeDraft> exchanges) {
    List<Integer> ids = new ArrayList<>();
    exchanges.forEach(exchange -> ids.add(exchangeIds.get(exchange)));
    return ids;
  }
}
