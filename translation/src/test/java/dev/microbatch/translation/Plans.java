package dev.microbatch.translation;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.Target;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.CrashingRunner;

/** Makes plans in tests, and looks into them. */
public final class Plans {

  private Plans() {}

  /** A pipeline that is never run. */
  public static Pipeline pipeline() {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(CrashingRunner.class);
    return Pipeline.create(options);
  }

  /** Its plan, with 8 key groups and 2 partitions. */
  public static Plan translate(Pipeline pipeline) {
    return PipelineTranslator.translate(pipeline, new TranslationOptions("test", 8, 2, true));
  }

  /** The only step whose name contains a text. */
  public static Step step(Plan plan, String part) {
    return only(part, steps(plan, part));
  }

  /** The steps whose name contains a text. */
  public static List<Step> steps(Plan plan, String part) {
    List<Step> found = new ArrayList<>();
    for (Stage stage : plan.stages()) {
      for (Step step : stage.steps()) {
        if (step.name().contains(part)) {
          found.add(step);
        }
      }
    }
    return found;
  }

  /** The only stage with a step whose name contains a text. */
  public static Stage stage(Plan plan, String part) {
    List<Stage> found = new ArrayList<>();
    for (Stage stage : plan.stages()) {
      if (stage.steps().stream().anyMatch(step -> step.name().contains(part))) {
        found.add(stage);
      }
    }
    return only(part, found);
  }

  /** The kinds of a stage's steps, such as "Impulse, ParDo". */
  public static String kinds(Stage stage) {
    return String.join(
        ", ", stage.steps().stream().map(step -> step.spec().getClass().getSimpleName()).toList());
  }

  /** The exchanges that bring a stage's main input. */
  public static List<Exchange> inputs(Plan plan, Stage stage) {
    return stage.mainInputs().stream().map(plan.exchanges()::get).toList();
  }

  /** The exchanges that an output feeds. */
  public static List<Exchange> exchanges(Plan plan, Output output) {
    List<Exchange> exchanges = new ArrayList<>();
    for (Target target : output.targets()) {
      if (target instanceof Target.ToExchange to) {
        exchanges.add(plan.exchanges().get(to.exchange()));
      }
    }
    return exchanges;
  }

  private static <T> T only(String part, List<T> found) {
    if (found.size() != 1) {
      throw new AssertionError("one expected for '" + part + "', but found " + found);
    }
    return found.get(0);
  }
}
