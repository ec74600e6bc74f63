package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.plan.StepSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.metrics.MetricName;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Combining within a bundle loses nothing, and changes what it does not keep no more. */
class PreCombineOperatorTest {

  private static final IntervalWindow A = new IntervalWindow(new Instant(0), new Instant(100));
  private static final IntervalWindow B = new IntervalWindow(new Instant(50), new Instant(150));

  private final Collector out = new Collector();
  private final StageTimes stageTimes = new StageTimes();
  private final DoFnStep step = new DoFnStep(new AssignWindowsOperatorTest.NoFn());

  /** Gathers numbers; an accumulator is a list that grows in place. */
  static final class Gather extends CombineFn<Integer, List<Integer>, Integer> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Integer> createAccumulator() {
      return new ArrayList<>();
    }

    @Override
    public List<Integer> addInput(List<Integer> accumulator, Integer input) {
      Metrics.counter("test", "added").inc();
      if (input < 0) {
        throw new IllegalArgumentException("negative");
      }
      accumulator.add(input);
      return accumulator;
    }

    @Override
    public List<Integer> mergeAccumulators(Iterable<List<Integer>> accumulators) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<Integer> compact(List<Integer> accumulator) {
      Collections.sort(accumulator);
      return accumulator;
    }

    @Override
    public Integer extractOutput(List<Integer> accumulator) {
      throw new UnsupportedOperationException();
    }
  }

  private PreCombineOperator operator(
      Coder<?> keyCoder, TimestampCombiner times, int maxAccumulators, int maxValues) {
    return operator(keyCoder, times, maxAccumulators, maxValues, Long.MAX_VALUE);
  }

  private PreCombineOperator operator(
      Coder<?> keyCoder,
      TimestampCombiner times,
      int maxAccumulators,
      int maxValues,
      long maxBytes) {
    StepSpec.PreCombine spec =
        new StepSpec.PreCombine(
            new Gather(),
            KvCoder.of(keyCoder, VarIntCoder.of()),
            ListCoder.of(VarIntCoder.of()),
            WindowingStrategy.of(FixedWindows.of(Duration.millis(100)))
                .withTimestampCombiner(times));
    PreCombineOperator operator =
        new PreCombineOperator(
            spec, step.context(), stageTimes, out, maxAccumulators, maxValues, maxBytes);
    operator.open();
    operator.startBundle();
    return operator;
  }

  private PreCombineOperator operator(Coder<?> keyCoder) {
    return operator(keyCoder, TimestampCombiner.END_OF_WINDOW, 1000, 1000);
  }

  private static Meta meta(long timestamp, BoundedWindow... windows) {
    return Meta.of(timestamp, List.of(windows), PaneInfo.NO_FIRING);
  }

  @Test
  void combinesByKeyAndWindows() {
    PreCombineOperator operator = operator(StringUtf8Coder.of());
    operator.process(KV.of("x", 2), meta(60, A));
    operator.process(KV.of("x", 1), meta(61, A, B));
    operator.process(KV.of("y", 5), meta(62, B));
    operator.process(KV.of("x", 3), meta(63, B));
    operator.process(KV.of("x", 7), meta(64, A, B));
    assertThat(out.records, empty());
    operator.finishBundle();
    assertThat(
        out.records,
        containsInAnyOrder(
            new Collector.Received(KV.of("x", List.of(2)), meta(99, A)),
            new Collector.Received(KV.of("x", List.of(1, 7)), meta(99, A, B)),
            new Collector.Received(KV.of("x", List.of(3)), meta(149, B)),
            new Collector.Received(KV.of("y", List.of(5)), meta(149, B))));
  }

  @ParameterizedTest
  @EnumSource(TimestampCombiner.class)
  void timestampsAreCombinedAsTheStrategySays(TimestampCombiner times) {
    PreCombineOperator operator = operator(StringUtf8Coder.of(), times, 1000, 1000);
    operator.process(KV.of("x", 1), meta(60, A));
    operator.process(KV.of("x", 2), meta(40, A));
    operator.process(KV.of("x", 3), meta(70, A));
    operator.finishBundle();
    Instant expected =
        times.merge(A, times.combine(new Instant(60), new Instant(40), new Instant(70)));
    assertThat(out.onlyMeta(), is(meta(expected.getMillis(), A)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100, 100_000})
  void equalsAPlainComputation(int bound) {
    PreCombineOperator operator =
        operator(StringUtf8Coder.of(), TimestampCombiner.EARLIEST, bound, bound * 3);
    Random random = new Random(bound);
    Map<List<Object>, List<Integer>> expected = new HashMap<>();
    int records = 20_000;
    for (int i = 0; i < records; i++) {
      String key = "k" + random.nextInt(500);
      IntervalWindow window =
          new IntervalWindow(new Instant(random.nextInt(3) * 100L), Duration.millis(100));
      operator.process(KV.of(key, i), meta(window.start().getMillis() + 1, window));
      expected.computeIfAbsent(List.of(key, window), k -> new ArrayList<>()).add(i);
      if (i % 5000 == 4999) {
        operator.finishBundle();
        operator.startBundle();
      }
    }
    operator.finishBundle();
    Map<List<Object>, List<Integer>> actual = new HashMap<>();
    for (Collector.Received received : out.records) {
      KV<?, ?> kv = (KV<?, ?>) received.value();
      List<Integer> merged =
          actual.computeIfAbsent(
              List.of(kv.getKey(), received.meta().window()), k -> new ArrayList<>());
      ((List<?>) kv.getValue()).forEach(v -> merged.add((Integer) v));
    }
    assertThat(actual, is(expected));
    if (bound > 1) {
      assertThat(out.records.size(), lessThan(records));
    }
  }

  @Test
  void tooManyKeysArePassedOn() {
    PreCombineOperator operator =
        operator(StringUtf8Coder.of(), TimestampCombiner.END_OF_WINDOW, 2, 1000);
    operator.process(KV.of("x", 1), meta(60, A));
    operator.process(KV.of("x", 2), meta(60, A));
    assertThat(out.records, empty());
    operator.process(KV.of("y", 1), meta(60, A));
    assertThat(out.records, hasSize(2));
  }

  @Test
  void tooManyValuesArePassedOnAndTheAccumulatorIsForgotten() {
    PreCombineOperator operator =
        operator(StringUtf8Coder.of(), TimestampCombiner.END_OF_WINDOW, 1000, 2);
    operator.process(KV.of("x", 1), meta(60, A));
    operator.process(KV.of("x", 2), meta(60, A));
    operator.process(KV.of("x", 3), meta(60, A));
    operator.finishBundle();
    assertThat(out.values(), contains(KV.of("x", List.of(1, 2)), KV.of("x", List.of(3))));
    Object first = ((KV<?, ?>) out.values().get(0)).getValue();
    Object second = ((KV<?, ?>) out.values().get(1)).getValue();
    assertThat(first, not(sameInstance(second)));
  }

  @Test
  void valuesOfAnExpiredWindowPassOneByOne() {
    PreCombineOperator operator =
        operator(StringUtf8Coder.of(), TimestampCombiner.EARLIEST, 1000, 1000);
    stageTimes.advanceWatermark(100); // behind the end of A, whose last millisecond is 99
    operator.process(KV.of("x", 1), meta(60, A));
    operator.process(KV.of("x", 2), meta(61, A, B));
    operator.process(KV.of("x", 3), meta(62, B));
    operator.process(KV.of("x", 4), meta(63, A));
    operator.finishBundle();
    assertThat(
        out.records,
        contains(
            new Collector.Received(KV.of("x", List.of(1)), meta(60, A)),
            new Collector.Received(KV.of("x", List.of(2)), meta(61, A, B)),
            new Collector.Received(KV.of("x", List.of(4)), meta(63, A)),
            new Collector.Received(KV.of("x", List.of(3)), meta(62, B))));
  }

  @Test
  void numbersAreSummedUpInEveryBundleAnew() {
    StepSpec.PreCombine spec =
        new StepSpec.PreCombine(
            Sum.ofIntegers(),
            KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()),
            Sum.ofIntegers().getAccumulatorCoder(null, VarIntCoder.of()),
            WindowingStrategy.of(FixedWindows.of(Duration.millis(100))));
    PreCombineOperator operator =
        new PreCombineOperator(
            spec, step.context(), stageTimes, out, Integer.MAX_VALUE, Integer.MAX_VALUE, 100_000);
    operator.open();
    for (int bundle = 0; bundle < 3; bundle++) {
      out.records.clear();
      operator.startBundle();
      for (int i = 0; i < 30; i++) {
        operator.process(KV.of("k" + i % 10, i), meta(60, A));
      }
      operator.process(KV.of("b", Integer.MAX_VALUE), meta(60, B));
      operator.process(KV.of("b", 1), meta(60, B));
      operator.finishBundle();
      Map<Object, Object> sums = new HashMap<>();
      for (Object value : out.values()) {
        sums.put(((KV<?, ?>) value).getKey(), ((int[]) ((KV<?, ?>) value).getValue())[0]);
      }
      assertThat(out.records, hasSize(11));
      assertThat(sums.get("k3"), is(3 + 13 + 23));
      assertThat(sums.get("b"), is(Integer.MIN_VALUE));
    }
  }

  @Test
  void valuesAreCombinedUntilTheirWindowExpires() {
    PreCombineOperator operator = operator(StringUtf8Coder.of());
    stageTimes.advanceWatermark(99);
    operator.process(KV.of("x", 1), meta(60, A));
    operator.process(KV.of("x", 2), meta(61, A));
    operator.finishBundle();
    assertThat(out.values(), contains(KV.of("x", List.of(1, 2))));
  }

  @Test
  void accumulatorsThatGrowArePassedOnBeforeTheyFillTheMemory() {
    int maxBytes = 100_000;
    PreCombineOperator operator =
        operator(
            StringUtf8Coder.of(),
            TimestampCombiner.END_OF_WINDOW,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            maxBytes);
    for (int i = 0; i < 100_000; i++) {
      operator.process(KV.of("hot", i), meta(60, A));
    }
    int bytesPerNumber = 16;
    for (Object value : out.values()) {
      int size = ((List<?>) ((KV<?, ?>) value).getValue()).size();
      assertThat(size * bytesPerNumber, lessThan(2 * maxBytes));
      assertThat("combined before it was passed on", size, greaterThan(1000));
    }
    assertThat(out.records, not(empty()));
  }

  @Test
  void accumulatorsThatStaySmallAreKeptHoweverMuchIsAdded() {
    StepSpec.PreCombine spec =
        new StepSpec.PreCombine(
            new Longest(),
            KvCoder.of(StringUtf8Coder.of(), StringUtf8Coder.of()),
            StringUtf8Coder.of(),
            WindowingStrategy.of(FixedWindows.of(Duration.millis(100))));
    PreCombineOperator operator =
        new PreCombineOperator(
            spec, step.context(), stageTimes, out, Integer.MAX_VALUE, Integer.MAX_VALUE, 10_000);
    operator.open();
    operator.startBundle();
    for (int i = 0; i < 100_000; i++) {
      operator.process(KV.of("x", "a string of some bytes"), meta(60, A));
    }
    assertThat(out.records, empty());
    operator.finishBundle();
    assertThat(out.values(), contains(KV.of("x", "a string of some bytes")));
  }

  /** Keeps the longest string. */
  static final class Longest extends CombineFn<String, String, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String createAccumulator() {
      return "";
    }

    @Override
    public String addInput(String accumulator, String input) {
      return accumulator.length() >= input.length() ? accumulator : input;
    }

    @Override
    public String mergeAccumulators(Iterable<String> accumulators) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String extractOutput(String accumulator) {
      return accumulator;
    }
  }

  @Test
  void keysAreComparedByTheirBytes() {
    PreCombineOperator operator = operator(ByteArrayCoder.of());
    byte[] key = "x".getBytes(StandardCharsets.UTF_8);
    operator.process(KV.of(key, 1), meta(0, A));
    operator.process(KV.of(key.clone(), 2), meta(0, A));
    operator.finishBundle();
    KV<?, ?> only = (KV<?, ?>) out.values().get(0);
    assertThat(out.records, hasSize(1));
    assertThat(only.getKey(), sameInstance((Object) key));
    assertThat(out.onlyMeta().instant(), is(A.maxTimestamp()));
  }

  @Test
  void keysMayBeNull() {
    for (Coder<?> coder : List.of(VoidCoder.of(), NullableCoder.of(StringUtf8Coder.of()))) {
      out.records.clear();
      PreCombineOperator operator = operator(coder);
      operator.process(KV.of(null, 1), meta(60, A));
      operator.process(KV.of(null, 2), meta(60, A));
      operator.finishBundle();
      assertThat(out.values(), contains(KV.of(null, List.of(1, 2))));
    }
  }

  @Test
  void emptyBundlesPutOutNothing() {
    PreCombineOperator operator = operator(StringUtf8Coder.of());
    operator.finishBundle();
    operator.startBundle();
    operator.finishBundle();
    assertThat(out.records, empty());
  }

  @Test
  void failureNamesTheStep() {
    PreCombineOperator operator = operator(StringUtf8Coder.of());
    StepException e =
        assertThrows(StepException.class, () -> operator.process(KV.of("x", -1), meta(60, A)));
    assertThat(e.stepName(), is("Some/Step"));
    assertThat(e.getCause().getMessage(), is("negative"));
  }

  @Test
  void combinersCountForTheStep() {
    PreCombineOperator operator = operator(StringUtf8Coder.of());
    operator.process(KV.of("x", 1), meta(60, A));
    assertThat(step.metrics.getCounter(MetricName.named("test", "added")).getCumulative(), is(1L));
  }
}
