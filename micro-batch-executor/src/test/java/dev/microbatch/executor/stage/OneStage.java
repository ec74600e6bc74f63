package dev.microbatch.executor.stage;

import dev.microbatch.executor.operator.OperatorFactory;
import dev.microbatch.executor.operator.Operators;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.Target;
import dev.microbatch.executor.view.ViewPaneCoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowingStrategy;

/**
 * A plan around one stage: sources that stand for the stages before it, and a stage behind each of
 * its outputs. Inputs are numbered in the order in which they are added, outputs are named.
 */
public final class OneStage {

  /** How many groups the keys fall into. */
  static final int KEY_GROUPS = 16;

  private final Plan plan;
  private final Stage stage;
  private final List<?> splits;
  private final OperatorFactory operators;

  private OneStage(Plan plan, Stage stage, List<?> splits, OperatorFactory operators) {
    this.plan = plan;
    this.stage = stage;
    this.splits = splits;
    this.operators = operators;
  }

  /** The same, with other operators than those of the executor. */
  public OneStage by(OperatorFactory others) {
    return new OneStage(plan, stage, splits, others);
  }

  /** Makes the operators of its steps. */
  OperatorFactory operators() {
    return operators;
  }

  /** The plan. */
  Plan plan() {
    return plan;
  }

  /** The stage that it is about. */
  Stage stage() {
    return stage;
  }

  /** The splits of the stage's source. */
  List<?> splits() {
    return splits;
  }

  /** The exchanges that lead to the stage, by the number of the input. */
  List<Exchange> inputs() {
    return plan.exchanges().stream().filter(e -> e.toStage() == stage.id()).toList();
  }

  /** Begins with a stage that takes records. */
  public static Builder taking(
      Exchange.Kind kind, Coder<?> coder, Coder<? extends BoundedWindow> windows) {
    return new Builder(List.of()).input(kind, coder, windows);
  }

  /** Begins with a stage that reads a source. */
  public static Builder reading(StepSpec source, Coder<?> coder, List<?> splits) {
    return new Builder(splits).step("Read", source, coder);
  }

  /** A DoFn with one output. */
  public static StepSpec.ParDo parDo(
      DoFn<?, ?> fn,
      Coder<?> input,
      Coder<?> output,
      WindowingStrategy<?, ?> windowing,
      boolean keyed,
      PCollectionView<?>... views) {
    TupleTag<?> main = new TupleTag<>(Output.MAIN);
    Map<String, PCollectionView<?>> byTag = new LinkedHashMap<>();
    for (PCollectionView<?> view : views) {
      byTag.put("view" + byTag.size(), view);
    }
    return new StepSpec.ParDo(
        fn,
        main,
        List.of(),
        input,
        Map.of(main, output),
        windowing,
        List.of(views),
        byTag,
        DoFnSchemaInformation.create(),
        keyed);
  }

  /** An input before it has a place in a plan. */
  private record Input(
      Exchange.Kind kind, Coder<?> coder, Coder<? extends BoundedWindow> windows, String viewId) {}

  /** Puts the plan together. */
  public static final class Builder {
    private final List<?> splits;
    private final List<Input> inputs = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<StepSpec> specs = new ArrayList<>();
    private final List<Coder<?>> coders = new ArrayList<>();

    private Builder(List<?> splits) {
      this.splits = splits;
    }

    /** Adds a main input. */
    public Builder input(
        Exchange.Kind kind, Coder<?> coder, Coder<? extends BoundedWindow> windows) {
      inputs.add(new Input(kind, coder, windows, null));
      return this;
    }

    /** Adds a side input. */
    @SuppressWarnings("deprecation") // PCollectionView's accessors are marked so for users
    public Builder sideInput(
        PCollectionView<?> view, Coder<?> elements, Coder<? extends BoundedWindow> windows) {
      inputs.add(
          new Input(
              Exchange.Kind.BROADCAST,
              ViewPaneCoder.of(elements),
              windows,
              view.getTagInternal().getId()));
      return this;
    }

    /**
     * Adds a step behind the last.
     *
     * @param coder of what it puts out
     */
    public Builder step(String name, StepSpec spec, Coder<?> coder) {
      names.add(name);
      specs.add(spec);
      coders.add(coder);
      return this;
    }

    /**
     * Ends with what the last step puts out.
     *
     * @param windows their windows
     */
    public OneStage to(Coder<? extends BoundedWindow> windows) {
      int id = inputs.size();
      List<Exchange> exchanges = new ArrayList<>();
      List<Stage> stages = new ArrayList<>();
      List<Integer> main = new ArrayList<>();
      Map<String, Integer> side = new LinkedHashMap<>();
      for (Input input : inputs) {
        int number = exchanges.size();
        exchanges.add(exchange(number, input, id));
        stages.add(feeder(number));
        if (input.viewId() == null) {
          main.add(number);
        } else {
          side.put(input.viewId(), number);
        }
      }
      int last = specs.size() - 1;
      int out = exchanges.size();
      List<Step> steps = new ArrayList<>();
      for (int i = 0; i <= last; i++) {
        Target target = i < last ? new Target.ToStep(i + 1) : new Target.ToExchange(out);
        steps.add(step(names.get(i), specs.get(i), coders.get(i), target));
      }
      exchanges.add(
          new Exchange(
              out,
              names.get(last) + ".out",
              id,
              id + 1,
              Exchange.Kind.FORWARD,
              coders.get(last),
              windows,
              null,
              null));
      Stage stage = new Stage(id, names.get(0), steps, main, side, List.of());
      stages.add(stage);
      Step receive =
          new Step(
              "Behind",
              new StepSpec.Receive(),
              List.of(new Output(Output.MAIN, "nothing", coders.get(last), List.of())));
      stages.add(new Stage(id + 1, "Behind", List.of(receive), List.of(out), Map.of(), List.of()));
      return new OneStage(
          new Plan("plan", stages, exchanges, KEY_GROUPS), stage, splits, Operators::create);
    }

    private static Exchange exchange(int number, Input input, int to) {
      Coder<?> key =
          input.kind() == Exchange.Kind.BY_KEY
              ? ((KvCoder<?, ?>) input.coder()).getKeyCoder()
              : null;
      return new Exchange(
          number,
          "in " + number,
          number,
          to,
          input.kind(),
          input.coder(),
          input.windows(),
          key,
          input.viewId());
    }

    private static Stage feeder(int number) {
      Step step =
          step(
              "Before " + number,
              new StepSpec.Impulse(),
              ByteArrayCoder.of(),
              new Target.ToExchange(number));
      return new Stage(number, step.name(), List.of(step), List.of(), Map.of(), List.of());
    }

    private static Step step(String name, StepSpec spec, Coder<?> coder, Target target) {
      return new Step(
          name, spec, List.of(new Output(Output.MAIN, name + ".out", coder, List.of(target))));
    }
  }
}
