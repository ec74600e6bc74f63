package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.StepSpec.Aggregator;
import dev.microbatch.executor.stage.Emitted;
import dev.microbatch.executor.stage.OneStage;
import dev.microbatch.executor.stage.Scenario;
import dev.microbatch.executor.stage.StageHarness;
import dev.microbatch.executor.stage.StageHarness.Result;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.IterableCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.PaneInfo.Timing;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.apache.beam.sdk.values.WindowingStrategy.AccumulationMode;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Groups by key and window, by each aggregator, however an engine runs the stage. */
class GroupingTest {

  private static final KvCoder<String, Integer> PAIRS =
      KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of());
  private static final WindowingStrategy<Object, IntervalWindow> FIXED =
      WindowingStrategy.of(FixedWindows.of(Duration.millis(10)));
  private static final PaneInfo ONLY = PaneInfo.createPane(true, true, Timing.ON_TIME, 0, 0);

  private static IntervalWindow window(long start, long end) {
    return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(end));
  }

  private static StageHarness gathering(
      WindowingStrategy<?, IntervalWindow> windowing, Aggregator aggregator) {
    return StageHarness.of(
        OneStage.taking(Exchange.Kind.BY_KEY, PAIRS, IntervalWindow.getCoder())
            .step(
                "Group",
                new StepSpec.GroupByKey(PAIRS, windowing, null, aggregator),
                KvCoder.of(StringUtf8Coder.of(), IterableCoder.of(VarIntCoder.of())))
            .to(IntervalWindow.getCoder()));
  }

  private static <A, R> StageHarness combining(
      CombineFn<Integer, A, R> fn, Coder<R> result, Aggregator aggregator)
      throws CannotProvideCoderException {
    Coder<A> accumulators = fn.getAccumulatorCoder(CoderRegistry.createDefault(), VarIntCoder.of());
    StepSpec.Combining combining = new StepSpec.Combining(fn, accumulators, false);
    return StageHarness.of(
        OneStage.taking(Exchange.Kind.BY_KEY, PAIRS, IntervalWindow.getCoder())
            .step(
                "Combine",
                new StepSpec.GroupByKey(PAIRS, FIXED, combining, aggregator),
                KvCoder.of(StringUtf8Coder.of(), result))
            .to(IntervalWindow.getCoder()));
  }

  private static Emitted only(int batch, String key, List<Integer> values, IntervalWindow window) {
    return new Emitted(
        batch,
        KV.of(key, values),
        window.maxTimestamp().getMillis(),
        Set.of(window),
        ONLY,
        CausedByDrain.NORMAL);
  }

  @ParameterizedTest
  @EnumSource
  void eachKeyComesOncePerWindowWithItsValuesInOrder(Aggregator aggregator) throws IOException {
    IntervalWindow first = window(0, 10);
    IntervalWindow second = window(10, 20);
    Result result =
        gathering(FIXED, aggregator)
            .inOrderPerKey()
            .check(
                new Scenario()
                    .record(KV.of("a", 1), 1, first)
                    .record(KV.of("b", 2), 3, first)
                    .record(KV.of("a", 3), 2, first)
                    .record(KV.of("c", 4), 11, second)
                    .end(1)
                    .record(KV.of("a", 5), 9, first)
                    .record(KV.of("a", 6), 10, second)
                    .end(10)
                    .record(KV.of("a", 7), 12, second)
                    .end(15)
                    .endOfTime());
    assertThat(
        result.records(),
        containsInAnyOrder(
            only(1, "a", List.of(1, 3, 5), first),
            only(1, "b", List.of(2), first),
            only(3, "a", List.of(6, 7), second),
            only(3, "c", List.of(4), second)));
    assertThat(result.lateDrops(), is(0L));
  }

  @ParameterizedTest
  @EnumSource
  void aWindowFiresWhenTheWatermarkHasPassedItsEndAndNotBefore(Aggregator aggregator)
      throws IOException {
    Result result =
        gathering(FIXED, aggregator)
            .check(
                new Scenario()
                    .record(KV.of("a", 1), 0, window(0, 10))
                    .record(KV.of("a", 2), 1, window(1, 11))
                    .end(8)
                    .end(9)
                    .end(10)
                    .end(11)
                    .endOfTime());
    assertThat(
        result.records(),
        contains(only(2, "a", List.of(1), window(0, 10)), only(3, "a", List.of(2), window(1, 11))));
  }

  @ParameterizedTest
  @EnumSource
  void aRecordIsLateWhenTheWatermarkHasPassedItsWindowAndNotBefore(Aggregator aggregator)
      throws IOException {
    Result result =
        gathering(FIXED, aggregator)
            .withLateInput()
            .check(
                new Scenario()
                    .end(9)
                    .record(KV.of("a", 1), 0, window(0, 10))
                    .record(KV.of("b", 2), 0, window(0, 10))
                    .end(10)
                    .record(KV.of("a", 3), 0, window(0, 10))
                    .record(KV.of("a", 4), 10, window(0, 10), window(10, 20))
                    .end(11)
                    .endOfTime());
    assertThat(
        result.records(),
        containsInAnyOrder(
            only(1, "a", List.of(1), window(0, 10)),
            only(1, "b", List.of(2), window(0, 10)),
            only(3, "a", List.of(4), window(10, 20))));
    assertThat(result.lateDrops(), is(2L));
  }

  @ParameterizedTest
  @EnumSource(names = "TRIGGERED")
  void aLateRecordComesInAPaneOfItsOwnUntilItsLatenessHasPassed(Aggregator aggregator)
      throws IOException {
    WindowingStrategy<Object, IntervalWindow> windowing =
        FIXED.withAllowedLateness(Duration.millis(5));
    Result result =
        gathering(windowing, aggregator)
            .withLateInput()
            .check(
                new Scenario()
                    .record(KV.of("a", 1), 0, window(0, 10))
                    .end(14)
                    .record(KV.of("a", 2), 0, window(0, 10))
                    .end(14)
                    .end(15)
                    .record(KV.of("a", 3), 0, window(0, 10))
                    .endOfTime());
    assertThat(result.values(0), contains(KV.of("a", List.of(1))));
    assertThat(result.values(1), contains(KV.of("a", List.of(2))));
    assertThat(result.records().get(1).pane().getTiming(), is(Timing.LATE));
    assertThat(result.values().size(), is(2));
    assertThat(result.lateDrops(), is(1L));
  }

  @ParameterizedTest
  @EnumSource
  void valuesAreCombinedIntoOneResult(Aggregator aggregator) throws Exception {
    Scenario scenario =
        new Scenario()
            .record(KV.of("a", 1), 1, window(0, 10))
            .record(KV.of("a", 2), 12, window(10, 20))
            .record(KV.of("b", -3), 5, window(0, 10))
            .end(5)
            .record(KV.of("a", 4), 8, window(0, 10))
            .endOfTime();
    assertThat(
        combining(Sum.ofIntegers(), VarIntCoder.of(), aggregator).check(scenario).values(),
        containsInAnyOrder(KV.of("a", 5), KV.of("a", 2), KV.of("b", -3)));
    // Its accumulator is changed in place.
    assertThat(
        combining(Mean.<Integer>of(), DoubleCoder.of(), aggregator).check(scenario).values(),
        containsInAnyOrder(KV.of("a", 2.5), KV.of("a", 2.0), KV.of("b", -3.0)));
  }

  @ParameterizedTest
  @EnumSource
  void aDrainFiresEverythingAndSaysSo(Aggregator aggregator) throws IOException {
    Result result =
        gathering(FIXED, aggregator)
            .check(
                new Scenario().record(KV.of("a", 1), 1, window(0, 10)).end(2).drain().endOfTime());
    assertThat(result.values(1), contains(KV.of("a", List.of(1))));
    assertThat(result.records().get(0).drain(), is(CausedByDrain.CAUSED_BY_DRAIN));
  }

  @ParameterizedTest
  @EnumSource(names = "TRIGGERED")
  void aResultIsAsEarlyAsItsFirstValueIfTheStrategySaysSo(Aggregator aggregator)
      throws IOException {
    Result result =
        gathering(FIXED.withTimestampCombiner(TimestampCombiner.EARLIEST), aggregator)
            .check(
                new Scenario()
                    .record(KV.of("a", 1), 7, window(0, 10))
                    .record(KV.of("a", 2), 4, window(0, 10))
                    .record(KV.of("b", 3), 5, window(0, 10))
                    .end(9)
                    .endOfTime());
    assertThat(result.values(0), is(empty()));
    for (Emitted record : result.records()) {
      assertThat(
          record.timestamp(), is(((KV<?, ?>) record.value()).getKey().equals("a") ? 4L : 5L));
    }
  }

  @ParameterizedTest
  @EnumSource(names = "TRIGGERED")
  void sessionsMergeWhereverTheirRecordsWereWhenTheyWereFrozen(Aggregator aggregator)
      throws IOException {
    WindowingStrategy<Object, IntervalWindow> windowing =
        WindowingStrategy.of(Sessions.withGapDuration(Duration.millis(10)));
    Result result =
        gathering(windowing, aggregator)
            .check(
                new Scenario()
                    .record(KV.of("a", 1), 0, window(0, 10))
                    .record(KV.of("a", 2), 15, window(15, 25))
                    .record(KV.of("b", 3), 8, window(8, 18))
                    .end(0)
                    .record(KV.of("a", 4), 7, window(7, 17))
                    .end(18)
                    .record(KV.of("a", 5), 40, window(40, 50))
                    .endOfTime());
    assertThat(result.values(1), contains(KV.of("b", List.of(3))));
    assertThat(
        result.values(2), containsInAnyOrder(KV.of("a", List.of(1, 2, 4)), KV.of("a", List.of(5))));
    assertThat(
        result.records().stream().map(Emitted::windows).toList(),
        containsInAnyOrder(Set.of(window(8, 18)), Set.of(window(0, 25)), Set.of(window(40, 50))));
  }

  @ParameterizedTest
  @EnumSource(names = "TRIGGERED")
  void earlyPanesFireByProcessingTimeAndAccumulate(Aggregator aggregator) throws IOException {
    WindowingStrategy<Object, IntervalWindow> windowing =
        FIXED
            .withTrigger(
                AfterWatermark.pastEndOfWindow()
                    .withEarlyFirings(
                        AfterProcessingTime.pastFirstElementInPane()
                            .plusDelayOf(Duration.standardSeconds(10))))
            .withMode(AccumulationMode.ACCUMULATING_FIRED_PANES);
    Result result =
        gathering(windowing, aggregator)
            .inOrderPerKey()
            .check(
                new Scenario()
                    .processingTime(0)
                    .record(KV.of("a", 1), 1, window(0, 10))
                    .record(KV.of("b", 2), 1, window(0, 10))
                    .end(1)
                    .processingTime(5_000)
                    .record(KV.of("a", 3), 2, window(0, 10))
                    .end(2)
                    .processingTime(20_000)
                    .end(3)
                    .processingTime(21_000)
                    .record(KV.of("a", 4), 4, window(0, 10))
                    .end(4)
                    .endOfTime());
    assertThat(
        result.values(2), containsInAnyOrder(KV.of("a", List.of(1, 3)), KV.of("b", List.of(2))));
    assertThat(
        result.values(4), containsInAnyOrder(KV.of("a", List.of(1, 3, 4)), KV.of("b", List.of(2))));
  }

  @ParameterizedTest
  @EnumSource(names = {"WINDOW_TABLE", "TRIGGERED"})
  void keysThatFireAndComeAgainFireOncePerWindow(Aggregator aggregator) throws IOException {
    Scenario scenario = new Scenario();
    for (int batch = 0; batch < 12; batch++) {
      IntervalWindow window = window(batch / 2 * 10, batch / 2 * 10 + 10);
      for (int key = 0; key < 5; key++) {
        scenario.record(KV.of("k" + key, batch), batch * 5, window);
      }
      scenario.end(batch * 5);
    }
    Result result = gathering(FIXED, aggregator).inOrderPerKey().check(scenario.endOfTime());
    assertThat(result.values().size(), is(30));
  }
}
