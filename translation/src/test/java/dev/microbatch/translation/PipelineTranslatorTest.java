package dev.microbatch.translation;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import dev.microbatch.executor.plan.StepSpec;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.TextIO;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.FlatMapElements;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Redistribute;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.splittabledofn.OffsetRangeTracker;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.util.SerializableUtils;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollection.IsBounded;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.PDone;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Duration;
import org.junit.jupiter.api.Test;

/** The plans of small pipelines. */
class PipelineTranslatorTest {
  private final Pipeline pipeline = Plans.pipeline();

  private PCollection<KV<String, Long>> pairs(String name) {
    return pipeline.apply(name, Create.of(KV.of("a", 1L), KV.of("b", 2L)));
  }

  @Test
  void wordCountIsTwoStages() {
    pipeline
        .apply("Read", TextIO.read().from("/some/file"))
        .apply(
            "Split",
            FlatMapElements.into(TypeDescriptors.strings())
                .via(line -> List.of(line.split(" ", -1))))
        .apply("Count", Count.perElement())
        .apply("Forget", ParDo.of(new Forget<>()));

    Plan plan = Plans.translate(pipeline);

    assertThat(plan.stages(), hasSize(2));
    assertThat(Plans.kinds(plan.stages().get(0)), is("BoundedRead, ParDo, ParDo, PreCombine"));
    assertThat(Plans.kinds(plan.stages().get(1)), is("GroupByKey, ParDo"));
    Exchange exchange = plan.exchanges().get(0);
    assertThat(exchange.kind(), is(Exchange.Kind.BY_KEY));
    assertThat(exchange.keyCoder(), is(StringUtf8Coder.of()));
    assertThat(plan.stages().get(1).head().name(), is("Count/Combine.perKey(Count)"));
  }

  @Test
  void planIsSerializable() {
    pairs("Pairs").apply("Group", GroupByKey.create()).apply("Forget", ParDo.of(new Forget<>()));
    pipeline.apply(
        "Script",
        TestStream.create(VarLongCoder.of()).addElements(1L).advanceWatermarkToInfinity());
    Plan plan = Plans.translate(pipeline);

    Object copy =
        SerializableUtils.deserializeFromByteArray(
            SerializableUtils.serializeToByteArray(plan), "plan");

    assertThat(PlanPrinter.print((Plan) copy), is(PlanPrinter.print(plan)));
    assertThat(events((Plan) copy), is(events(plan)));
  }

  private static Object events(Plan plan) {
    return ((StepSpec.Script) Plans.step(plan, "Script").spec()).stream().getEvents();
  }

  @Test
  void readsAreSources() {
    pipeline.apply("Bounded", GenerateSequence.from(0).to(10));
    pipeline.apply("Unbounded", GenerateSequence.from(0));
    pipeline.apply(
        "Script",
        TestStream.create(VarLongCoder.of()).addElements(1L).advanceWatermarkToInfinity());

    Plan plan = Plans.translate(pipeline);

    assertThat(Plans.step(plan, "Bounded/").spec(), instanceOf(StepSpec.BoundedRead.class));
    assertThat(Plans.step(plan, "Unbounded/").spec(), instanceOf(StepSpec.UnboundedRead.class));
    assertThat(Plans.step(plan, "Script").spec(), instanceOf(StepSpec.Script.class));
  }

  @Test
  void outputsKeepTheirTagsAndCoders() {
    TupleTag<String> main = new TupleTag<>("main");
    TupleTag<Long> side = new TupleTag<>("side");
    PCollectionTuple both =
        pairs("Pairs")
            .apply("Unzip", ParDo.of(new Unzip(side)).withOutputTags(main, TupleTagList.of(side)));
    both.get(main).setCoder(StringUtf8Coder.of());
    both.get(side).setCoder(VarLongCoder.of()).apply("Forget", ParDo.of(new Forget<>()));

    Plan plan = Plans.translate(pipeline);

    Step unzip = Plans.step(plan, "Unzip");
    assertThat(unzip.output("main").coder(), is(StringUtf8Coder.of()));
    assertThat(unzip.output("main").targets(), hasSize(0));
    assertThat(unzip.output("side").coder(), is(VarLongCoder.of()));
    assertThat(unzip.output("side").targets(), hasSize(1));
  }

  @Test
  void stateIsReachedByKey() {
    pairs("Pairs").apply("Stateful", ParDo.of(new Stateful()));

    Plan plan = Plans.translate(pipeline);

    Stage stage = Plans.stage(plan, "Stateful");
    assertThat(((StepSpec.ParDo) stage.head().spec()).keyed(), is(true));
    Exchange exchange = Plans.inputs(plan, stage).get(0);
    assertThat(exchange.kind(), is(Exchange.Kind.BY_KEY));
    assertThat(exchange.keyCoder(), is(StringUtf8Coder.of()));
    assertThat(exchange.coder(), is(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of())));
  }

  @Test
  void inputSortedByTimeIsReachedByKey() {
    pairs("Pairs").apply("Sorted", ParDo.of(new Sorted()));

    Plan plan = Plans.translate(pipeline);

    StepSpec.ParDo spec = (StepSpec.ParDo) Plans.stage(plan, "Sorted").head().spec();
    assertThat(spec.keyed(), is(true));
  }

  @Test
  void stableInputBeginsAStage() {
    pairs("Pairs").apply("Stable", ParDo.of(new Stable()));

    Plan plan = Plans.translate(pipeline);

    Stage stage = Plans.stage(plan, "Stable");
    assertThat(Plans.kinds(stage), is("ParDo"));
    assertThat(Plans.inputs(plan, stage).get(0).kind(), is(Exchange.Kind.FORWARD));
  }

  @Test
  void windowsAreAssignedOnTheWay() {
    pairs("Pairs")
        .apply("Windows", Window.into(FixedWindows.of(Duration.standardMinutes(1))))
        .apply("Group", GroupByKey.create());

    Plan plan = Plans.translate(pipeline);

    assertThat(Plans.kinds(Plans.stage(plan, "Windows")), is("BoundedRead, AssignWindows"));
    Exchange exchange = Plans.inputs(plan, Plans.stage(plan, "Group")).get(0);
    assertThat(
        exchange.windowCoder(), is(FixedWindows.of(Duration.standardMinutes(1)).windowCoder()));
  }

  @Test
  void reshuffleIsAnExchangeByKey() {
    pairs("Pairs").apply("Shuffle", Reshuffle.of()).apply("Forget", ParDo.of(new Forget<>()));
    pairs("More pairs").apply("Redistribute", Redistribute.byKey());

    Plan plan = Plans.translate(pipeline);

    Stage stage = Plans.stage(plan, "Shuffle");
    assertThat(Plans.kinds(stage), is("Receive, ParDo"));
    assertThat(Plans.inputs(plan, stage).get(0).kind(), is(Exchange.Kind.BY_KEY));
    Stage other = Plans.stage(plan, "Redistribute");
    assertThat(Plans.kinds(other), is("Receive"));
    assertThat(Plans.inputs(plan, other).get(0).kind(), is(Exchange.Kind.BY_KEY));
  }

  @Test
  void arbitraryRedistributionIsRebalancing() {
    pairs("Pairs").apply("Shuffle", Reshuffle.viaRandomKey());
    pairs("More pairs").apply("Redistribute", Redistribute.arbitrarily());

    Plan plan = Plans.translate(pipeline);

    for (String name : List.of("Shuffle", "Redistribute")) {
      Stage stage = Plans.stage(plan, name);
      assertThat(Plans.kinds(stage), is("Receive"));
      assertThat(Plans.inputs(plan, stage).get(0).kind(), is(Exchange.Kind.REBALANCE));
    }
  }

  @Test
  void splittableDoFnIsProcessedByItsUniqueKey() {
    pipeline.apply("Names", Create.of("a", "b")).apply("Ranges", ParDo.of(new Ranges()));

    Plan plan = Plans.translate(pipeline);

    Stage stage = Plans.stage(plan, "ProcessKeyedElements");
    StepSpec.SplittableProcess spec = (StepSpec.SplittableProcess) stage.head().spec();
    assertThat(spec.parDo().inputCoder(), is(StringUtf8Coder.of()));
    assertThat(Plans.inputs(plan, stage).get(0).kind(), is(Exchange.Kind.BY_KEY));
  }

  @Test
  void assertionsAreTranslated() {
    PAssert.that(pairs("Pairs")).empty();
    PAssert.thatSingleton(pairs("More pairs").apply(Count.globally())).isEqualTo(2L);

    Plan plan = Plans.translate(pipeline);

    assertThat(Plans.steps(plan, "VerifyAssertions"), hasSize(2));
  }

  @Test
  void unknownPrimitivesAreRefusedByName() {
    pipeline
        .apply("Strange", new Unknown())
        .apply("Forget", ParDo.of(new Forget<>()))
        .apply("Count", Count.globally());

    UnsupportedOperationException e =
        assertThrows(UnsupportedOperationException.class, () -> Plans.translate(pipeline));

    assertThat(
        e.getMessage(),
        allOf(
            containsString("the step Strange"),
            containsString("URN null"),
            containsString(Unknown.class.getName())));
  }

  @Test
  void compositeWithoutPartsIsNothing() {
    pairs("Pairs").apply("Nothing", new Nothing());

    Plan plan = Plans.translate(pipeline);

    assertThat(Plans.steps(plan, "Nothing"), hasSize(0));
  }

  static final class Forget<T> extends DoFn<T, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element T element) {}
  }

  static final class Unzip extends DoFn<KV<String, Long>, String> {
    private static final long serialVersionUID = 1L;
    private final TupleTag<Long> side;

    Unzip(TupleTag<Long> side) {
      this.side = side;
    }

    @ProcessElement
    public void process(@Element KV<String, Long> pair, MultiOutputReceiver out) {
      out.get(side).output(pair.getValue());
    }
  }

  static final class Stateful extends DoFn<KV<String, Long>, Long> {
    private static final long serialVersionUID = 1L;

    @StateId("last")
    @SuppressWarnings("unused")
    private final StateSpec<ValueState<Long>> last = StateSpecs.value(VarLongCoder.of());

    @ProcessElement
    public void process(@Element KV<String, Long> pair) {}
  }

  static final class Sorted extends DoFn<KV<String, Long>, Long> {
    private static final long serialVersionUID = 1L;

    @StateId("last")
    @SuppressWarnings("unused")
    private final StateSpec<ValueState<Long>> last = StateSpecs.value(VarLongCoder.of());

    @RequiresTimeSortedInput
    @ProcessElement
    public void process(@Element KV<String, Long> pair) {}
  }

  static final class Stable extends DoFn<KV<String, Long>, Long> {
    private static final long serialVersionUID = 1L;

    @RequiresStableInput
    @ProcessElement
    public void process(@Element KV<String, Long> pair) {}
  }

  static final class Ranges extends DoFn<String, Long> {
    private static final long serialVersionUID = 1L;

    @GetInitialRestriction
    public OffsetRange initial(@Element String name) {
      return new OffsetRange(0, name.length());
    }

    @NewTracker
    public OffsetRangeTracker tracker(@Restriction OffsetRange range) {
      return new OffsetRangeTracker(range);
    }

    @ProcessElement
    public void process(
        @Element String name,
        RestrictionTracker<OffsetRange, Long> tracker,
        OutputReceiver<Long> out) {}
  }

  private static final class Unknown extends PTransform<PBegin, PCollection<String>> {
    private static final long serialVersionUID = 1L;

    @Override
    public PCollection<String> expand(PBegin input) {
      return PCollection.createPrimitiveOutputInternal(
          input.getPipeline(),
          WindowingStrategy.globalDefault(),
          IsBounded.BOUNDED,
          StringUtf8Coder.of());
    }
  }

  private static final class Nothing extends PTransform<PCollection<KV<String, Long>>, PDone> {
    private static final long serialVersionUID = 1L;

    @Override
    public PDone expand(PCollection<KV<String, Long>> input) {
      return PDone.in(input.getPipeline());
    }
  }
}
