package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.plan.StepSpec.Aggregator;
import dev.microbatch.executor.stage.Emitted;
import dev.microbatch.executor.stage.OneStage;
import dev.microbatch.executor.stage.Scenario;
import dev.microbatch.executor.stage.StageHarness;
import dev.microbatch.executor.stage.StageHarness.Result;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.IterableCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.NonMergingWindowFn;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowMappingFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Window tables put out what Beam's own machinery puts out where records are in several windows
 * that overlap: random records, some of them late for some of their windows, however an engine runs
 * the stage.
 */
class OverlappingWindowsTest {

  private static final KvCoder<String, Integer> PAIRS =
      KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of());
  private static final int SEEDS = Integer.getInteger("overlapping.seeds", 1);

  /** Windows that overlap. */
  @SuppressWarnings("ImmutableEnumChecker") // WindowFns are not changed.
  enum Windows {
    SLIDING(SlidingWindows.of(Duration.millis(20)).every(Duration.millis(5))),
    UNEVEN(SlidingWindows.of(Duration.millis(25)).every(Duration.millis(10))),
    WITH_GAPS(SlidingWindows.of(Duration.millis(3)).every(Duration.millis(5))),
    SHORT_AND_LONG(new ShortAndLong());

    private final WindowFn<Object, IntervalWindow> fn;

    Windows(WindowFn<Object, IntervalWindow> fn) {
      this.fn = fn;
    }

    Collection<IntervalWindow> at(long time) {
      return fn instanceof SlidingWindows sliding
          ? sliding.assignWindows(Instant.ofEpochMilli(time))
          : ShortAndLong.windows(time);
    }
  }

  /** Three short windows, of which the last ends with a long one, and now and then one more. */
  static final class ShortAndLong extends NonMergingWindowFn<Object, IntervalWindow> {
    private static final long serialVersionUID = 1L;

    static List<IntervalWindow> windows(long time) {
      long hour = Math.floorDiv(time, 30) * 30;
      long minute = Math.floorDiv(time, 10) * 10;
      List<IntervalWindow> windows = new ArrayList<>();
      windows.add(window(hour, hour + 30));
      windows.add(window(minute, minute + 10));
      if (time % 3 == 0) {
        windows.add(window(hour, hour + 47));
      }
      return windows;
    }

    private static IntervalWindow window(long start, long end) {
      return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(end));
    }

    @Override
    public List<IntervalWindow> assignWindows(AssignContext c) {
      return windows(c.timestamp().getMillis());
    }

    @Override
    @Deprecated
    public boolean isCompatible(WindowFn<?, ?> other) {
      return other instanceof ShortAndLong;
    }

    @Override
    public Coder<IntervalWindow> windowCoder() {
      return IntervalWindow.getCoder();
    }

    @Override
    public @Nullable WindowMappingFn<IntervalWindow> getDefaultWindowMappingFn() {
      return null;
    }
  }

  /** Keeps the smallest numbers; merging gives back one of the lists, or puts one into another. */
  static final class Smallest extends CombineFn<Integer, List<Integer>, Integer> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Integer> createAccumulator() {
      return new ArrayList<>();
    }

    @Override
    public List<Integer> addInput(List<Integer> accumulator, Integer input) {
      accumulator.add(input);
      return kept(accumulator);
    }

    private static List<Integer> kept(List<Integer> accumulator) {
      Collections.sort(accumulator);
      if (accumulator.size() > 4) {
        accumulator.remove(4);
      }
      return accumulator;
    }

    @Override
    public List<Integer> mergeAccumulators(Iterable<List<Integer>> accumulators) {
      List<Integer> merged = null;
      for (List<Integer> each : accumulators) {
        if (merged == null || merged.isEmpty()) {
          merged = each;
        } else {
          for (Integer number : each) {
            merged.add(number);
            kept(merged);
          }
        }
      }
      return merged;
    }

    @Override
    public Integer extractOutput(List<Integer> accumulator) {
      return accumulator.stream().mapToInt(Integer::intValue).sum();
    }
  }

  /** What is made of the values. */
  @SuppressWarnings("ImmutableEnumChecker") // Combiners and coders are not changed.
  enum Reducing {
    GATHER(null, null),
    COUNT(Count.combineFn(), VarLongCoder.of()),
    SUM(Sum.ofIntegers(), VarIntCoder.of()),
    MAX(Max.ofIntegers(), VarIntCoder.of()),
    MEAN(Mean.<Integer>of(), DoubleCoder.of()),
    SMALLEST(new Smallest(), VarIntCoder.of());

    private final @Nullable CombineFn<?, ?, ?> fn;
    private final @Nullable Coder<?> output;

    Reducing(@Nullable CombineFn<?, ?, ?> fn, @Nullable Coder<?> output) {
      this.fn = fn;
      this.output = output;
    }

    @SuppressWarnings("unchecked") // All of them take integers.
    private StepSpec.@Nullable Combining combining() throws CannotProvideCoderException {
      if (fn == null) {
        return null;
      }
      CombineFn<Integer, Object, Object> typed = (CombineFn<Integer, Object, Object>) fn;
      Coder<?> accumulators =
          fn instanceof Smallest
              ? ListCoder.of(VarIntCoder.of())
              : typed.getAccumulatorCoder(CoderRegistry.createDefault(), VarIntCoder.of());
      return new StepSpec.Combining(fn, accumulators, false);
    }
  }

  private static StageHarness stage(Windows windows, Reducing reducing, OperatorFactory operators)
      throws CannotProvideCoderException {
    Coder<?> output = reducing.fn == null ? IterableCoder.of(VarIntCoder.of()) : reducing.output;
    return StageHarness.of(
            OneStage.taking(Exchange.Kind.BY_KEY, PAIRS, IntervalWindow.getCoder())
                .step(
                    "Group",
                    new StepSpec.GroupByKey(
                        PAIRS,
                        WindowingStrategy.of(windows.fn),
                        reducing.combining(),
                        Aggregator.WINDOW_TABLE),
                    KvCoder.of(StringUtf8Coder.of(), output))
                .to(IntervalWindow.getCoder())
                .by(operators))
        .withLateInput()
        .comparing(OverlappingWindowsTest::unordered);
  }

  /** What came out, in an order of its own; the order of gathered values is not promised. */
  private static List<String> unordered(List<Emitted> records) {
    List<String> all = new ArrayList<>();
    for (Emitted record : records) {
      KV<?, ?> kv = (KV<?, ?>) record.value();
      Object value = kv.getValue();
      if (value instanceof Iterable<?> values) {
        List<Integer> sorted = new ArrayList<>();
        values.forEach(each -> sorted.add((Integer) each));
        Collections.sort(sorted);
        value = sorted;
      }
      all.add(
          List.of(
                  record.batch(),
                  kv.getKey(),
                  value,
                  record.timestamp(),
                  record.windows(),
                  record.pane(),
                  record.drain())
              .toString());
    }
    Collections.sort(all);
    return all;
  }

  private static Scenario scenario(Windows windows, Random random) {
    Scenario scenario = new Scenario();
    long watermark = 0;
    for (int batch = 0; batch < 14; batch++) {
      for (int i = random.nextInt(8); i > 0; i--) {
        long time = watermark - 15 + random.nextInt(40);
        BoundedWindow[] at = windows.at(time).toArray(new BoundedWindow[0]);
        if (at.length > 0) {
          scenario.record(
              KV.of("k" + random.nextInt(4), random.nextInt(10) * 0x10000000), time, at);
        }
      }
      watermark += random.nextInt(12);
      scenario.end(watermark);
    }
    if (random.nextBoolean()) {
      scenario.drain();
    }
    return scenario.endOfTime();
  }

  @ParameterizedTest
  @EnumSource
  void tablesPutOutWhatTheMachineryOfBeamPutsOut(Reducing reducing) throws Exception {
    for (Windows windows : Windows.values()) {
      for (int seed = 0; seed < SEEDS; seed++) {
        assertSame(windows, reducing, seed);
      }
    }
  }

  private static void assertSame(Windows windows, Reducing reducing, int seed) throws Exception {
    Result expected =
        stage(windows, reducing, BeamGroupingOperator::inPlace)
            .check(scenario(windows, new Random(seed)));
    Result actual =
        stage(windows, reducing, Operators::create).check(scenario(windows, new Random(seed)));
    String what = windows + " " + reducing + " seed " + seed;
    assertThat(what, unordered(actual.records()), is(unordered(expected.records())));
    assertThat(what, actual.lateDrops(), is(expected.lateDrops()));
    assertThat(what, actual.watermark(), is(expected.watermark()));
    assertThat(what, actual.records().size(), greaterThan(0));
  }

  @ParameterizedTest
  @EnumSource(names = {"SLIDING", "UNEVEN"})
  void valuesOfEarlierWindowsComeFirst(Windows windows) throws Exception {
    Scenario scenario = new Scenario();
    for (long time : new long[] {21, 3, 12, 22, 2}) {
      BoundedWindow[] at = windows.at(time).toArray(new BoundedWindow[0]);
      scenario.record(KV.of("a", (int) time), time, at);
    }
    Result result =
        stage(windows, Reducing.GATHER, Operators::create)
            .inOrderPerKey()
            .check(scenario.endOfTime());
    for (Object value : result.values()) {
      List<?> times = (List<?>) ((KV<?, ?>) value).getValue();
      List<Integer> slices = new ArrayList<>();
      times.forEach(time -> slices.add((Integer) time / 5));
      List<Integer> sorted = new ArrayList<>(slices);
      Collections.sort(sorted);
      assertThat(slices, is(sorted));
    }
  }
}
