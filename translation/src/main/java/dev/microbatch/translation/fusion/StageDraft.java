package dev.microbatch.translation.fusion;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.Target;
import dev.microbatch.translation.graph.Port;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.checkerframework.checker.nullness.qual.Nullable;

/** A stage that still grows: steps and exchanges are added, and ids are not given yet. */
final class StageDraft {

  /** The steps, the head first. */
  final List<StepDraft> steps = new ArrayList<>();

  /** The exchanges that bring the head's records. */
  final List<ExchangeDraft> mainInputs = new ArrayList<>();

  /** The exchange that brings each side input, by view id. */
  final Map<String, ExchangeDraft> sideInputs = new LinkedHashMap<>();

  /** The stages that it has an input from. */
  List<StageDraft> upstream() {
    List<StageDraft> upstream = new ArrayList<>();
    mainInputs.forEach(input -> upstream.add(input.from));
    sideInputs.values().forEach(input -> upstream.add(input.from));
    return upstream;
  }

  /** A step that has its place in a stage. */
  static final class StepDraft {
    final StageDraft stage;
    final int index;
    final String name;
    final StepSpec spec;
    final Map<String, OutputDraft> outputs = new LinkedHashMap<>();

    StepDraft(StageDraft stage, String name, StepSpec spec, List<Port> ports) {
      this.stage = stage;
      this.index = stage.steps.size();
      this.name = name;
      this.spec = spec;
      ports.forEach(port -> outputs.put(port.tag(), new OutputDraft(this, port)));
      stage.steps.add(this);
    }
  }

  /** An output of such a step, and who takes it. */
  static final class OutputDraft {
    final StepDraft step;
    final Port port;
    final List<TargetDraft> targets = new ArrayList<>();

    OutputDraft(StepDraft step, Port port) {
      this.step = step;
      this.port = port;
    }

    Output build(Map<ExchangeDraft, Integer> exchangeIds) {
      List<Target> built = new ArrayList<>();
      for (TargetDraft target : targets) {
        built.add(
            target instanceof ExchangeDraft exchange
                ? new Target.ToExchange(exchangeIds.get(exchange))
                : new Target.ToStep(((Next) target).step.index));
      }
      return new Output(port.tag(), port.name(), port.coder(), built);
    }
  }

  /** Who takes an output. */
  sealed interface TargetDraft permits Next, ExchangeDraft {}

  /**
   * A step of the same stage.
   *
   * @param step the step
   */
  record Next(StepDraft step) implements TargetDraft {}

  /** An exchange without an id. Two of them are never equal. */
  static final class ExchangeDraft implements TargetDraft {
    final Port port;
    final StageDraft from;
    final StageDraft to;
    final Exchange.Kind kind;
    final @Nullable Coder<?> keyCoder;
    final @Nullable String viewId;

    ExchangeDraft(
        OutputDraft output,
        StageDraft to,
        Exchange.Kind kind,
        @Nullable Coder<?> keyCoder,
        @Nullable String viewId) {
      this.port = output.port;
      this.from = output.step.stage;
      this.to = to;
      this.kind = kind;
      this.keyCoder = keyCoder;
      this.viewId = viewId;
    }

    Exchange build(int id, Map<StageDraft, Integer> stageIds) {
      return new Exchange(
          id,
          port.name(),
          stageIds.get(from),
          stageIds.get(to),
          kind,
          port.coder(),
          port.windowCoder(),
          keyCoder,
          viewId);
    }
  }
}
