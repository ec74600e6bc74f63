package dev.microbatch.translation.transform;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.translation.Plans;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.CombineWithContext.CombineFnWithContext;
import org.apache.beam.sdk.transforms.CombineWithContext.Context;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionView;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** When values are combined before the exchange, when after it, and when not by us. */
class CombineTranslatorTest {
  private static final Duration MINUTE = Duration.standardMinutes(1);

  private final Pipeline pipeline = Plans.pipeline();

  private PCollection<KV<String, Long>> pairs(String name) {
    return pipeline.apply(name, Create.of(KV.of("a", 1L), KV.of("b", 2L)));
  }

  static Stream<Arguments> windowings() {
    Window<KV<String, Long>> fixed = Window.into(FixedWindows.of(MINUTE));
    return Stream.of(
        Arguments.of("global", Window.into(new GlobalWindows()), true),
        Arguments.of("fixed", fixed, true),
        Arguments.of(
            "end of window",
            fixed
                .triggering(AfterWatermark.pastEndOfWindow())
                .discardingFiredPanes()
                .withAllowedLateness(Duration.ZERO),
            true),
        Arguments.of("sessions", Window.into(Sessions.withGapDuration(MINUTE)), false),
        Arguments.of(
            "count",
            fixed
                .triggering(Repeatedly.forever(AfterPane.elementCountAtLeast(2)))
                .accumulatingFiredPanes()
                .withAllowedLateness(Duration.ZERO),
            false),
        Arguments.of(
            "early",
            fixed
                .triggering(
                    AfterWatermark.pastEndOfWindow()
                        .withEarlyFirings(AfterProcessingTime.pastFirstElementInPane()))
                .discardingFiredPanes()
                .withAllowedLateness(Duration.ZERO),
            false));
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("windowings")
  void combinesBeforeTheExchangeWhereWindowingAllows(
      String name, Window<KV<String, Long>> window, boolean lifted) {
    pairs("Pairs").apply("Window", window).apply("Sum", Sum.longsPerKey());

    Plan plan = Plans.translate(pipeline);

    StepSpec.GroupByKey group =
        (StepSpec.GroupByKey) Plans.steps(plan, "Sum").get(lifted ? 1 : 0).spec();
    assertThat(group.combine(), notNullValue());
    assertThat(group.combine().mergesAccumulators(), is(lifted));
    assertThat(Plans.steps(plan, "Sum/PreCombine"), hasSize(lifted ? 1 : 0));
  }

  @Test
  void accumulatorsTravelByTheirCoder() {
    pairs("Pairs").apply("Sum", Sum.longsPerKey());

    Plan plan = Plans.translate(pipeline);

    StepSpec.PreCombine before = (StepSpec.PreCombine) Plans.step(plan, "PreCombine").spec();
    assertThat(
        plan.exchanges().get(0).coder(),
        is(KvCoder.of(StringUtf8Coder.of(), before.accumulatorCoder())));
    StepSpec.GroupByKey group = (StepSpec.GroupByKey) plan.stages().get(1).head().spec();
    assertThat(group.inputCoder(), is(plan.exchanges().get(0).coder()));
  }

  @Test
  void eachStageOfAFlattenCombinesItsOwn() {
    PCollectionList.of(pairs("One"))
        .and(pairs("Two"))
        .apply(Flatten.pCollections())
        .apply("Sum", Sum.longsPerKey());

    Plan plan = Plans.translate(pipeline);

    assertThat(plan.stages(), hasSize(3));
    assertThat(Plans.steps(plan, "PreCombine"), hasSize(2));
    assertThat(Plans.inputs(plan, plan.stages().get(2)), hasSize(2));
  }

  @Test
  void combinerWithContextIsGroupedFirst() {
    PCollectionView<Long> view =
        pipeline.apply("Side", Create.of(1L)).apply("View", View.asSingleton());
    pairs("Pairs")
        .apply("Sum", Combine.<String, Long, Long>perKey(new SumPlus(view)).withSideInputs(view));

    Plan plan = Plans.translate(pipeline);

    StepSpec.GroupByKey group = (StepSpec.GroupByKey) Plans.step(plan, "Sum/GroupByKey").spec();
    assertThat(group.combine(), nullValue());
    assertThat(Plans.steps(plan, "Sum/PreCombine"), hasSize(0));
  }

  @Test
  void hotKeysAreCombinedTwice() {
    pairs("Pairs")
        .apply("Sum", Combine.<String, Long, Long>perKey(Sum.ofLongs()).withHotKeyFanout(4));

    Plan plan = Plans.translate(pipeline);

    List<StepSpec.GroupByKey> groups =
        Plans.steps(plan, "Sum").stream()
            .map(step -> step.spec())
            .filter(StepSpec.GroupByKey.class::isInstance)
            .map(StepSpec.GroupByKey.class::cast)
            .toList();
    assertThat(groups, hasSize(2));
  }

  static final class SumPlus extends CombineFnWithContext<Long, Long, Long> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<Long> view;

    SumPlus(PCollectionView<Long> view) {
      this.view = view;
    }

    @Override
    public Long createAccumulator(Context c) {
      return c.sideInput(view);
    }

    @Override
    public Long addInput(Long accumulator, Long input, Context c) {
      return accumulator + input;
    }

    @Override
    public Long mergeAccumulators(Iterable<Long> accumulators, Context c) {
      long sum = 0;
      for (long accumulator : accumulators) {
        sum += accumulator;
      }
      return sum;
    }

    @Override
    public Long extractOutput(Long accumulator, Context c) {
      return accumulator;
    }
  }
}
