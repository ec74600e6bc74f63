package dev.microbatch.translation.transform;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.Target;
import dev.microbatch.translation.Plans;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.junit.jupiter.api.Test;

/** A Flatten is no step. */
class FlattenTranslatorTest {
  private final Pipeline pipeline = Plans.pipeline();

  private PCollection<Long> source(String name) {
    return pipeline.apply(name, Create.of(1L, 2L));
  }

  private static PCollection<Long> next(PCollection<Long> input, String name) {
    return input.apply(name, MapElements.into(TypeDescriptors.longs()).via(x -> x + 1));
  }

  @Test
  void withinAStageItIsSeveralTargets() {
    PCollection<Long> source = source("Source");
    PCollection<Long> left = next(source, "Left");
    next(PCollectionList.of(source).and(left).apply(Flatten.pCollections()), "After");

    Plan plan = Plans.translate(pipeline);

    assertThat(plan.stages(), hasSize(1));
    assertThat(Plans.step(plan, "Left").output("output").targets(), hasSize(1));
  }

  @Test
  void acrossStagesItIsReceivedOnceForAllThatTakeIt() {
    PCollection<Long> both =
        PCollectionList.of(source("One")).and(source("Two")).apply(Flatten.pCollections());
    next(both, "After");
    next(both, "Also after");

    Plan plan = Plans.translate(pipeline);

    assertThat(plan.stages(), hasSize(3));
    Stage stage = Plans.stage(plan, "Also after");
    assertThat(Plans.kinds(stage), is("Receive, ParDo, ParDo"));
    assertThat(
        Plans.inputs(plan, stage).stream().map(Exchange::kind).toList(),
        is(List.of(Exchange.Kind.FORWARD, Exchange.Kind.FORWARD)));
  }

  @Test
  void groupingTakesBothSidesWithoutAStageBetween() {
    PCollection<KV<String, Long>> one = source("Three").apply("KeyOne", WithKeys.of("k"));
    PCollection<KV<String, Long>> two = source("Four").apply("KeyTwo", WithKeys.of("k"));
    PCollectionList.of(one)
        .and(two)
        .apply("Both", Flatten.pCollections())
        .apply("Grouped", GroupByKey.create());

    Plan plan = Plans.translate(pipeline);

    Stage stage = Plans.stage(plan, "Grouped");
    assertThat(Plans.kinds(stage), is("GroupByKey"));
    assertThat(Plans.inputs(plan, stage), hasSize(2));
  }

  @Test
  void samePCollectionTwiceIsTakenTwice() {
    PCollection<Long> source = source("Source");
    PCollection<Long> twice = PCollectionList.of(source).and(source).apply(Flatten.pCollections());
    next(twice, "Fused");
    twice.apply("Keys", WithKeys.of("k")).apply("Group", GroupByKey.create());

    Plan plan = Plans.translate(pipeline);

    Step head = Plans.stage(plan, "Fused").head();
    assertThat(
        head.output("out").targets(),
        is(
            List.of(
                new Target.ToStep(1),
                new Target.ToStep(1),
                new Target.ToStep(2),
                new Target.ToStep(2))));
  }

  @Test
  void samePCollectionTwiceCrossesTwice() {
    PCollection<KV<String, Long>> source = source("Source").apply("Keys", WithKeys.of("k"));
    PCollectionList.of(source)
        .and(source)
        .apply(Flatten.pCollections())
        .apply("Group", GroupByKey.create());

    Plan plan = Plans.translate(pipeline);

    assertThat(Plans.inputs(plan, Plans.stage(plan, "Group")), hasSize(2));
  }

  @Test
  void eachInputKeepsItsCoder() {
    PCollection<Long> other =
        pipeline.apply("Two", Create.of(3L).withCoder(BigEndianLongCoder.of()));
    next(PCollectionList.of(source("One")).and(other).apply(Flatten.pCollections()), "After");

    Plan plan = Plans.translate(pipeline);

    List<Exchange> inputs = Plans.inputs(plan, Plans.stage(plan, "After"));
    assertThat(inputs.get(0).coder(), is(VarLongCoder.of()));
    assertThat(inputs.get(1).coder(), is(BigEndianLongCoder.of()));
  }

  @Test
  void withoutInputItIsAnEmptySource() throws Exception {
    PCollection<Long> none =
        PCollectionList.<Long>empty(pipeline)
            .apply("None", Flatten.pCollections())
            .setCoder(VarLongCoder.of());
    next(none, "After");

    Plan plan = Plans.translate(pipeline);

    StepSpec spec = Plans.step(plan, "None").spec();
    assertThat(spec, instanceOf(StepSpec.BoundedRead.class));
    assertThat(
        ((StepSpec.BoundedRead) spec).source().createReader(pipeline.getOptions()).start(),
        is(false));
    assertThat(Plans.kinds(Plans.stage(plan, "After")), is("BoundedRead, ParDo"));
  }
}
