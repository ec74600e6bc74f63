package dev.microbatch.translation.fingerprint;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.reflect.DoFnSignature;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.values.WindowingStrategy;

/** What each kind of step keeps across restarts. */
final class Cells {
  /** The name of the cell that says what keeps groups. */
  static final String AGGREGATOR = "aggregator";

  /**
   * What keeps groups, where older versions took Beam's general machinery. No aggregator of today
   * can read what it stored.
   */
  static final String BEAM_MACHINERY = "general";

  private static final String WINDOWING = "windowing";

  private final Map<String, String> cells = new TreeMap<>();

  private Cells() {}

  static Map<String, String> of(Plan plan, Stage stage, StepSpec spec) {
    Cells cells = new Cells();
    cells.add(spec);
    if (spec.isTimed()) {
      cells.addViews(plan, stage);
    }
    return cells.cells;
  }

  private void add(StepSpec spec) {
    if (spec instanceof StepSpec.Impulse) {
      cells.put("position", "whether it is done");
    } else if (spec instanceof StepSpec.BoundedRead read) {
      cells.put("position", "in " + read.source().getClass().getName());
    } else if (spec instanceof StepSpec.UnboundedRead read) {
      cells.put("position", position(read.source()));
    } else if (spec instanceof StepSpec.Script) {
      cells.put("position", "in a script");
    } else if (spec instanceof StepSpec.ParDo parDo) {
      addParDo(parDo);
    } else if (spec instanceof StepSpec.SplittableProcess process) {
      addWindows(process.parDo().windowing());
      cells.put("element", Descriptions.coder(process.parDo().inputCoder()));
      cells.put("restriction", Descriptions.coder(process.restrictionCoder()));
      cells.put("watermark estimator state", Descriptions.coder(process.watermarkStateCoder()));
    } else if (spec instanceof StepSpec.GroupByKey group) {
      addGroup(group);
    }
  }

  /**
   * Brings cells that an older version has written to the words of today. It said only that an
   * aggregator made for the windowing was allowed, and used one where each window fires once, at
   * its end. This rule stays as it is, whatever other windowings are given an aggregator.
   *
   * @param stored the cells of a step
   */
  static Map<String, String> modernized(Map<String, String> stored) {
    if (!"made for the windowing".equals(stored.get(AGGREGATOR))) {
      return stored;
    }
    String windowing = stored.getOrDefault(WINDOWING, "");
    boolean firesOnce =
        windowing.contains(", lateness 0 ms, trigger DefaultTrigger, ")
            && windowing.contains(", timestamp END_OF_WINDOW, ");
    Map<String, String> modern = new TreeMap<>(stored);
    modern.put(AGGREGATOR, firesOnce ? StepSpec.Aggregator.WINDOW_TABLE.form() : BEAM_MACHINERY);
    return modern;
  }

  private static String position(UnboundedSource<?, ?> source) {
    return "in "
        + source.getClass().getName()
        + ", marked by "
        + Descriptions.coder(source.getCheckpointMarkCoder());
  }

  private void addGroup(StepSpec.GroupByKey group) {
    cells.put(WINDOWING, Descriptions.windowing(group.windowing()));
    cells.put("key", Descriptions.coder(group.inputCoder().getKeyCoder()));
    cells.put(
        "values",
        group.combine() == null
            ? "list of " + Descriptions.coder(group.inputCoder().getValueCoder())
            : "combined in " + Descriptions.coder(group.combine().accumulatorCoder()));
    cells.put(AGGREGATOR, group.aggregator().form());
  }

  private void addParDo(StepSpec.ParDo parDo) {
    String input = Descriptions.coder(parDo.inputCoder());
    if (!parDo.sideInputs().isEmpty()) {
      cells.put("input that waits for a side input", input);
    }
    if (parDo.requiresStableInput()) {
      cells.put("input that waits for a commit", input);
    }
    if (parDo.isTimed()) {
      addWindows(parDo.windowing());
    }
    if (parDo.keyed()) {
      cells.put("key", Descriptions.coder(((KvCoder<?, ?>) parDo.inputCoder()).getKeyCoder()));
      addState(parDo.fn(), input);
    }
  }

  private void addState(DoFn<?, ?> fn, String input) {
    DoFnSignature signature = DoFnSignatures.signatureForDoFn(fn);
    signature
        .stateDeclarations()
        .forEach(
            (id, state) ->
                cells.put(
                    "state " + id,
                    Descriptions.state(DoFnSignatures.getStateSpecOrThrow(state, fn))));
    signature
        .timerDeclarations()
        .forEach(
            (id, timer) ->
                cells.put(
                    "timer " + id.substring(DoFnSignature.TimerDeclaration.PREFIX.length()),
                    DoFnSignatures.getTimerSpecOrThrow(timer, fn).getTimeDomain().name()));
    signature
        .timerFamilyDeclarations()
        .forEach(
            (id, family) ->
                cells.put(
                    "timer family "
                        + id.substring(DoFnSignature.TimerFamilyDeclaration.PREFIX.length()),
                    DoFnSignatures.getTimerFamilySpecOrThrow(family, fn).getTimeDomain().name()));
    if (signature.processElement().requiresTimeSortedInput()) {
      cells.put("input that waits for its time", input);
    }
  }

  private void addWindows(WindowingStrategy<?, ?> windowing) {
    cells.put("windows", Descriptions.windows(windowing));
  }

  /** The ids of views change from run to run; the names of the steps that make them do not. */
  private void addViews(Plan plan, Stage stage) {
    for (int input : stage.sideInputs().values()) {
      Exchange exchange = plan.exchanges().get(input);
      for (Step step : plan.stages().get(exchange.fromStage()).steps()) {
        if (step.spec() instanceof StepSpec.MaterializeView made && isMadeBy(made, exchange)) {
          cells.put(
              "side input " + step.name(),
              Descriptions.coder(exchange.coder())
                  + " in "
                  + Descriptions.coder(exchange.windowCoder()));
        }
      }
    }
  }

  @SuppressWarnings("deprecation") // for runners, not for users
  private static boolean isMadeBy(StepSpec.MaterializeView made, Exchange exchange) {
    return made.view().getTagInternal().getId().equals(exchange.viewId());
  }
}
