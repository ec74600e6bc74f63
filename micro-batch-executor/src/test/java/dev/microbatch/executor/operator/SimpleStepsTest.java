package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.stage.Emitted;
import dev.microbatch.executor.stage.OneStage;
import dev.microbatch.executor.stage.Scenario;
import dev.microbatch.executor.stage.StageHarness;
import dev.microbatch.executor.stage.StageHarness.Result;
import dev.microbatch.executor.view.ViewPaneCoder;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.IterableCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.PaneInfo.Timing;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** The steps that keep nothing between bundles, however an engine runs their stage. */
class SimpleStepsTest {

  private static final Coder<GlobalWindow> GLOBAL = GlobalWindow.Coder.INSTANCE;
  private static final PaneInfo EARLY = PaneInfo.createPane(true, false, Timing.EARLY, 0, -1);

  private static IntervalWindow window(long start, long end) {
    return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(end));
  }

  @Test
  void recordsThatAreReceivedPassAsTheyAre() throws IOException {
    Result result =
        StageHarness.of(
                OneStage.taking(
                        Exchange.Kind.REBALANCE, StringUtf8Coder.of(), IntervalWindow.getCoder())
                    .input(Exchange.Kind.FORWARD, StringUtf8Coder.of(), IntervalWindow.getCoder())
                    .step("Receive", new StepSpec.Receive(), StringUtf8Coder.of())
                    .to(IntervalWindow.getCoder()))
            .check(
                new Scenario()
                    .record("a", Meta.of(3, List.of(window(0, 10), window(0, 5)), EARLY))
                    .record(1, "b", Meta.of(4, window(0, 10), PaneInfo.NO_FIRING))
                    .end(3)
                    .record("c", 5, window(0, 10))
                    .endOfTime());
    assertThat(result.values(), contains("a", "b", "c"));
    assertThat(result.records().get(0).windows(), is(Set.of(window(0, 10), window(0, 5))));
    assertThat(result.records().get(0).pane(), is(EARLY));
    assertThat(result.records().get(0).timestamp(), is(3L));
  }

  @Test
  void recordsGetTheirWindowsByTheirTimestamps() throws IOException {
    Result result =
        StageHarness.of(
                OneStage.taking(Exchange.Kind.FORWARD, VarIntCoder.of(), GLOBAL)
                    .step("Receive", new StepSpec.Receive(), VarIntCoder.of())
                    .step(
                        "Window",
                        new StepSpec.AssignWindows(
                            SlidingWindows.of(Duration.millis(10)).every(Duration.millis(5))),
                        VarIntCoder.of())
                    .to(IntervalWindow.getCoder()))
            .check(new Scenario().record(1, 4).record(2, 5).record(3, -1).endOfTime());
    assertThat(
        result.records().stream().map(Emitted::windows).toList(),
        contains(
            Set.of(window(-5, 5), window(0, 10)),
            Set.of(window(0, 10), window(5, 15)),
            Set.of(window(-10, 0), window(-5, 5))));
  }

  private static final class SplitFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element String line, @Timestamp Instant timestamp, OutputReceiver<String> output) {
      for (String word : line.split(" ")) {
        output.outputWithTimestamp(word, timestamp.plus(Duration.millis(word.length())));
      }
    }
  }

  private static final class PairFn extends DoFn<String, KV<String, Long>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element String word,
        @Timestamp Instant timestamp,
        OutputReceiver<KV<String, Long>> output) {
      output.output(KV.of(word, timestamp.getMillis()));
    }
  }

  @Test
  void stepsOfAStageCallEachOther() throws IOException {
    WindowingStrategy<?, ?> global = WindowingStrategy.globalDefault();
    Coder<?> text = StringUtf8Coder.of();
    Coder<?> pairs = KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of());
    Result result =
        StageHarness.of(
                OneStage.taking(Exchange.Kind.REBALANCE, text, GLOBAL)
                    .step("Split", OneStage.parDo(new SplitFn(), text, text, global, false), text)
                    .step("Pair", OneStage.parDo(new PairFn(), text, pairs, global, false), pairs)
                    .to(GLOBAL))
            .check(new Scenario().record("to be", 0).record("or", 5).end(5).endOfTime());
    assertThat(result.values(), contains(KV.of("to", 2L), KV.of("be", 2L), KV.of("or", 7L)));
  }

  /** How much has gathered by batch, key and window: how many accumulators that takes is open. */
  private static Object sums(List<Emitted> records) {
    Map<Object, Integer> sums = new HashMap<>();
    for (Emitted record : records) {
      KV<?, ?> pair = (KV<?, ?>) record.value();
      for (Object window : record.windows()) {
        sums.merge(
            List.of(record.batch(), pair.getKey(), Set.of(window)),
            (Integer) ((List<?>) plain(pair.getValue())).get(0),
            Integer::sum);
      }
    }
    return sums;
  }

  private static Object plain(Object accumulator) {
    return accumulator instanceof int[] array ? List.of(array[0]) : List.of(accumulator);
  }

  @Test
  void preCombinedAccumulatorsAddUpToTheSame() throws Exception {
    KvCoder<String, Integer> input = KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of());
    Coder<int[]> accumulators =
        Sum.ofIntegers().getAccumulatorCoder(CoderRegistry.createDefault(), VarIntCoder.of());
    Result result =
        StageHarness.of(
                OneStage.taking(Exchange.Kind.FORWARD, input, IntervalWindow.getCoder())
                    .step("Receive", new StepSpec.Receive(), input)
                    .step(
                        "Lift",
                        new StepSpec.PreCombine(
                            Sum.ofIntegers(),
                            input,
                            accumulators,
                            WindowingStrategy.of(FixedWindows.of(Duration.millis(10)))),
                        KvCoder.of(StringUtf8Coder.of(), accumulators))
                    .to(IntervalWindow.getCoder()))
            .comparing(SimpleStepsTest::sums)
            .check(
                new Scenario()
                    .record(KV.of("a", 1), 1, window(0, 10))
                    .record(KV.of("a", 2), 2, window(0, 10))
                    .record(KV.of("a", 4), 12, window(10, 20), window(0, 10))
                    .record(KV.of("b", 8), 1, window(0, 10))
                    .end(1)
                    .record(KV.of("a", 16), 3, window(0, 10))
                    .endOfTime());
    assertThat(
        sums(result.records()),
        is(
            Map.of(
                List.of(0, "a", Set.of(window(0, 10))), 7,
                List.of(0, "a", Set.of(window(10, 20))), 4,
                List.of(0, "b", Set.of(window(0, 10))), 8,
                List.of(1, "a", Set.of(window(0, 10))), 16)));
    assertThat("one accumulator per key and set of windows", result.records().size(), is(4));
  }

  @Test
  void elementsOfASideInputGetTheVoidKey() throws IOException {
    Result result =
        StageHarness.of(
                OneStage.taking(Exchange.Kind.FORWARD, VarIntCoder.of(), GLOBAL)
                    .step("Receive", new StepSpec.Receive(), VarIntCoder.of())
                    .step(
                        "Key",
                        new StepSpec.WithVoidKey(),
                        KvCoder.of(VoidCoder.of(), VarIntCoder.of()))
                    .to(GLOBAL))
            .check(new Scenario().record(1, 0).record(2, 1).endOfTime());
    assertThat(result.values(), contains(KV.of(null, 1), KV.of(null, 2)));
  }

  @Test
  void panesOfASideInputAreMadeOfGroupsOrOfSingleElements() throws IOException {
    Coder<?> groups = KvCoder.of(VoidCoder.of(), IterableCoder.of(StringUtf8Coder.of()));
    Scenario gathered =
        new Scenario()
            .record(
                KV.of((Void) null, List.of("a", "b")),
                Meta.of(9, window(0, 10), PaneInfo.ON_TIME_AND_ONLY_FIRING))
            .endOfTime();
    assertThat(materialize(groups, true).check(gathered).values(), contains(List.of("a", "b")));
    Scenario single = new Scenario().record("a", 9, window(0, 10)).endOfTime();
    Result result = materialize(StringUtf8Coder.of(), false).check(single);
    assertThat(result.values(), contains(List.of("a")));
    assertThat(result.records().get(0).windows(), is(Set.<BoundedWindow>of(window(0, 10))));
  }

  private static StageHarness materialize(Coder<?> input, boolean gathered) {
    return StageHarness.of(
        OneStage.taking(Exchange.Kind.FORWARD, input, IntervalWindow.getCoder())
            .step("Receive", new StepSpec.Receive(), input)
            .step(
                "View",
                new StepSpec.MaterializeView(Views.singleton(), gathered),
                ViewPaneCoder.of(StringUtf8Coder.of()))
            .to(IntervalWindow.getCoder()));
  }
}
