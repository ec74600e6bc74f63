package dev.microbatch.translation.fusion;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.Target;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Says which sources wait for which. A source waits for the bounded sources of a side input if all
 * of its records, whatever way they take, come to a step that reads this side input: they would
 * only wait there. It does not wait if it feeds the side input itself, for then that could never be
 * ready. The script of a TestStream keeps its own order, and an Impulse is over at once: nobody
 * waits for them, and a script waits for nobody.
 *
 * <p>No two sources wait for each other. If S waits for B, B's records lead to a view that every
 * record of S comes to; if B waited for S too, the way from B to that view would pass a step that
 * S's records come to by a view, the way from S to that view would pass the first step, and so on
 * forever, against the order of the stages.
 */
final class SourceOrder {
  private final List<Stage> stages;
  private final List<Exchange> exchanges;

  /** The sources whose records come to each stage, by main or side input. */
  private final List<BitSet> origins = new ArrayList<>();

  private SourceOrder(List<Stage> stages, List<Exchange> exchanges) {
    this.stages = stages;
    this.exchanges = exchanges;
    for (Stage stage : stages) {
      BitSet origin = new BitSet();
      if (stage.isSource()) {
        origin.set(stage.id());
      }
      stage.mainInputs().forEach(id -> origin.or(originOf(id)));
      stage.sideInputs().values().forEach(id -> origin.or(originOf(id)));
      origins.add(origin);
    }
  }

  /** The same stages, with {@link Stage#after} set. */
  static List<Stage> order(List<Stage> stages, List<Exchange> exchanges) {
    SourceOrder order = new SourceOrder(stages, exchanges);
    List<Stage> ordered = new ArrayList<>();
    for (Stage stage : stages) {
      ordered.add(
          new Stage(
              stage.id(),
              stage.name(),
              stage.steps(),
              stage.mainInputs(),
              stage.sideInputs(),
              order.after(stage)));
    }
    return ordered;
  }

  private List<Integer> after(Stage source) {
    if (!source.isSource() || source.head().spec() instanceof StepSpec.Script) {
      return List.of();
    }
    return awaited(source.id(), source, new HashMap<>()).stream().boxed().toList();
  }

  /** The bounded sources that every record of a source that comes to a stage has to wait for. */
  private BitSet awaited(int source, Stage stage, Map<Integer, BitSet> known) {
    BitSet found = known.get(stage.id());
    if (found == null) {
      found = awaitedBelow(source, stage, known);
      for (int input : stage.sideInputs().values()) {
        BitSet feeding = originOf(input);
        if (!feeding.get(source)) {
          found.or(bounded(feeding));
        }
      }
      known.put(stage.id(), found);
    }
    return found;
  }

  /** What all ways out of a stage have in common; nothing if a way ends here, or in a view. */
  private BitSet awaitedBelow(int source, Stage stage, Map<Integer, BitSet> known) {
    BitSet common = null;
    for (Step step : stage.steps()) {
      boolean ends = true;
      for (Output output : step.outputs()) {
        for (Target target : output.targets()) {
          ends = false;
          if (target instanceof Target.ToExchange out) {
            Exchange exchange = exchanges.get(out.exchange());
            BitSet beyond =
                exchange.viewId() == null
                    ? awaited(source, stages.get(exchange.toStage()), known)
                    : new BitSet();
            if (common == null) {
              common = (BitSet) beyond.clone();
            } else {
              common.and(beyond);
            }
          }
        }
      }
      if (ends) {
        return new BitSet();
      }
    }
    return common == null ? new BitSet() : common;
  }

  private BitSet originOf(int exchange) {
    return origins.get(exchanges.get(exchange).fromStage());
  }

  private BitSet bounded(BitSet sources) {
    BitSet bounded = new BitSet();
    sources.stream()
        .filter(id -> stages.get(id).head().spec() instanceof StepSpec.BoundedRead)
        .forEach(bounded::set);
    return bounded;
  }
}
