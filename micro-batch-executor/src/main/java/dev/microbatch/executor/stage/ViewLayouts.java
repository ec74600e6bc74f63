package dev.microbatch.executor.stage;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.Target;
import dev.microbatch.executor.view.SideInputs;
import dev.microbatch.executor.view.ViewPane;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PCollectionView;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Duration;

/** Finds the side inputs of a stage, with the steps that make them. */
@SuppressWarnings("deprecation") // PCollectionView's accessors are marked so for users
final class ViewLayouts {

  private ViewLayouts() {}

  @SuppressWarnings("unchecked") // What travels to a side input are panes.
  static List<SideInputs.Layout> of(Plan plan, Stage stage) {
    List<SideInputs.Layout> layouts = new ArrayList<>();
    for (PCollectionView<?> view : views(stage)) {
      Exchange exchange =
          plan.exchanges().get(stage.sideInputs().get(view.getTagInternal().getId()));
      layouts.add(
          new SideInputs.Layout(
              view,
              maker(plan, exchange),
              (Coder<ViewPane>) exchange.coder(),
              (Coder<BoundedWindow>) exchange.windowCoder()));
    }
    return layouts;
  }

  private static List<PCollectionView<?>> views(Stage stage) {
    StepSpec.ParDo reader = reader(stage);
    return reader == null ? List.of() : reader.sideInputs();
  }

  /** How late the records of a stage with side inputs may be. */
  static Duration allowedLateness(Stage stage) {
    StepSpec.ParDo reader = reader(stage);
    return reader == null ? Duration.ZERO : reader.windowing().getAllowedLateness();
  }

  private static StepSpec.@Nullable ParDo reader(Stage stage) {
    StepSpec head = stage.head().spec();
    if (head instanceof StepSpec.SplittableProcess process) {
      return process.parDo();
    }
    return head instanceof StepSpec.ParDo parDo ? parDo : null;
  }

  /** The name of the step whose output crosses an exchange. */
  private static String maker(Plan plan, Exchange exchange) {
    Target wanted = new Target.ToExchange(exchange.id());
    for (Step step : plan.stages().get(exchange.fromStage()).steps()) {
      for (Output output : step.outputs()) {
        if (output.targets().contains(wanted)) {
          return step.name();
        }
      }
    }
    throw new IllegalArgumentException("nothing is sent over exchange " + exchange.name());
  }
}
