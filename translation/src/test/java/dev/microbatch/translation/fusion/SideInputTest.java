package dev.microbatch.translation.fusion;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.view.ViewPaneCoder;
import dev.microbatch.translation.Plans;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;

/** How side inputs travel, and which sources wait for them. */
class SideInputTest {
  private final Pipeline pipeline = Plans.pipeline();

  private PCollection<Long> bounded(String name) {
    return pipeline.apply(name, GenerateSequence.from(0).to(10));
  }

  private PCollection<Long> unbounded(String name) {
    return pipeline
        .apply(name, GenerateSequence.from(0))
        .apply(name + "Window", Window.into(FixedWindows.of(Duration.standardSeconds(1))));
  }

  private static PCollection<Long> read(
      PCollection<Long> main, String name, PCollectionView<?>... views) {
    return main.apply(name, ParDo.of(new Pass()).withSideInputs(views));
  }

  private List<Integer> after(Plan plan, String source) {
    return Plans.stage(plan, source).after();
  }

  private int id(Plan plan, String source) {
    return Plans.stage(plan, source).id();
  }

  @Test
  void viewIsBroadcastToEachStageThatReadsIt() {
    PCollection<Long> main = bounded("Main");
    PCollectionView<Iterable<Long>> view = bounded("Side").apply("View", View.asIterable());
    read(main, "One", view);
    read(main, "Two", view);

    Plan plan = Plans.translate(pipeline);

    for (String name : List.of("One", "Two")) {
      Stage stage = Plans.stage(plan, name);
      assertThat(stage.sideInputs().values(), hasSize(1));
      int id = stage.sideInputs().values().iterator().next();
      Exchange exchange = plan.exchanges().get(id);
      assertThat(exchange.kind(), is(Exchange.Kind.BROADCAST));
      assertThat(exchange.viewId(), is(stage.sideInputs().keySet().iterator().next()));
      assertThat(exchange.coder(), is(ViewPaneCoder.of(VarLongCoder.of())));
      assertThat(exchange.fromStage(), lessThan(stage.id()));
    }
  }

  @Test
  void viewIsGatheredUnderOneKey() {
    PCollectionView<Iterable<Long>> view = bounded("Side").apply("View", View.asIterable());
    read(bounded("Main"), "Read", view);

    Plan plan = Plans.translate(pipeline);

    Stage stage = Plans.stage(plan, "CreatePCollectionView/View");
    assertThat(Plans.kinds(stage), is("GroupByKey, MaterializeView"));
    assertThat(((StepSpec.MaterializeView) stage.steps().get(1).spec()).gathered(), is(true));
    assertThat(Plans.inputs(plan, stage).get(0).kind(), is(Exchange.Kind.BY_KEY));
  }

  @Test
  void singletonIsNotGatheredAgain() {
    PCollectionView<Long> view = bounded("Side").apply("View", View.asSingleton());
    read(bounded("Main"), "Read", view);

    Plan plan = Plans.translate(pipeline);

    StepSpec.MaterializeView spec =
        (StepSpec.MaterializeView) Plans.step(plan, "CreatePCollectionView/View").spec();
    assertThat(spec.gathered(), is(false));
  }

  @Test
  void viewThatNobodyReadsIsNotMade() {
    bounded("Side").apply("View", View.asIterable());

    Plan plan = Plans.translate(pipeline);

    assertThat(plan.stages(), hasSize(1));
  }

  @Test
  void sourceWaitsForTheBoundedSourceOfASideInput() {
    PCollection<Long> main = bounded("Main");
    PCollectionView<Iterable<Long>> view = bounded("Side").apply("View", View.asIterable());
    read(main, "Read", view);

    Plan plan = Plans.translate(pipeline);

    assertThat(after(plan, "Main"), is(List.of(id(plan, "Side"))));
    assertThat(after(plan, "Side"), is(List.of()));
  }

  @Test
  void sourceDoesNotWaitForAnUnboundedOne() {
    PCollectionView<Iterable<Long>> view = unbounded("Side").apply("View", View.asIterable());
    read(unbounded("Main"), "Read", view);

    Plan plan = Plans.translate(pipeline);

    assertThat(after(plan, "Main"), is(List.of()));
  }

  @Test
  void sourceDoesNotWaitIfSomeOfItsRecordsNeedNot() {
    PCollection<Long> main = bounded("Main");
    PCollectionView<Iterable<Long>> view = bounded("Side").apply("View", View.asIterable());
    read(main, "Read", view);
    read(main, "Elsewhere");

    Plan plan = Plans.translate(pipeline);

    assertThat(after(plan, "Main"), is(List.of()));
  }

  @Test
  void sourceWaitsIfEveryWayNeedsTheSideInput() {
    PCollection<Long> main = bounded("Main");
    PCollectionView<Iterable<Long>> view = bounded("Side").apply("View", View.asIterable());
    PCollectionView<Iterable<Long>> other = bounded("Other").apply("OtherView", View.asIterable());
    read(main, "Read", view, other);
    read(read(main, "Between"), "Also", view);

    Plan plan = Plans.translate(pipeline);

    assertThat(after(plan, "Main"), is(List.of(id(plan, "Side/Read("))));
  }

  @Test
  void sourceThatFeedsTheSideInputDoesNotWait() {
    PCollection<Long> main = bounded("Main");
    PCollectionView<Iterable<Long>> view = main.apply("View", View.asIterable());
    read(main, "Read", view);

    Plan plan = Plans.translate(pipeline);

    assertThat(after(plan, "Main"), is(List.of()));
  }

  @Test
  void sourcesOfAChainOfSideInputsWaitInTurn() {
    PCollectionView<Iterable<Long>> first = bounded("First").apply("FirstView", View.asIterable());
    PCollectionView<Iterable<Long>> second =
        read(bounded("Second"), "ReadFirst", first).apply("SecondView", View.asIterable());
    read(bounded("Third"), "ReadSecond", second);

    Plan plan = Plans.translate(pipeline);

    assertThat(after(plan, "First/Read("), is(List.of()));
    assertThat(after(plan, "Second/Read("), is(List.of(id(plan, "First/Read("))));
    assertThat(
        after(plan, "Third/Read("), is(List.of(id(plan, "First/Read("), id(plan, "Second/Read("))));
  }

  @Test
  void scriptsNeitherWaitNorAreWaitedFor() {
    PCollection<Long> script =
        pipeline.apply(
            "Script",
            TestStream.create(VarLongCoder.of()).addElements(1L).advanceWatermarkToInfinity());
    PCollectionView<Iterable<Long>> scripted =
        script
            .apply("W", Window.into(FixedWindows.of(Duration.standardSeconds(1))))
            .apply("Scripted", View.asIterable());
    PCollectionView<Iterable<Long>> view = bounded("Side").apply("View", View.asIterable());
    read(bounded("Main"), "Read", scripted);
    pipeline
        .apply("Other", TestStream.create(VarLongCoder.of()).advanceWatermarkToInfinity())
        .apply("ReadView", ParDo.of(new Pass()).withSideInputs(view));

    Plan plan = Plans.translate(pipeline);

    assertThat(after(plan, "Main"), is(List.of()));
    assertThat(after(plan, "Other"), is(List.of()));
  }

  static final class Pass extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element Long element, OutputReceiver<Long> out) {
      out.output(element);
    }
  }
}
