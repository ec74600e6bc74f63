package dev.microbatch.runner;

import static org.junit.jupiter.api.Assertions.fail;

import dev.microbatch.executor.grouping.RandomGroupings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.CalendarWindows;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.Trigger;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.apache.beam.sdk.values.WindowingStrategy.AccumulationMode;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The panes of random windowings are those of Beam's DirectRunner. In finer steps, and with
 * restarts, {@code GroupingDifferentialTest} of the executor compares them with those of Beam's
 * machinery.
 *
 * <p>What DirectRunner itself does differently from run to run, or not at all, is left out:
 *
 * <ul>
 *   <li>All elements have one key. With more, a hold of one key can make the first pane of another
 *       ON_TIME instead of LATE, since its output watermark is one for all keys.
 *   <li>The order of panes of different windows, and of values within a pane.
 *   <li>Sliding windows with gaps between them: it fails on an element that is in no window.
 *   <li>Triggers that may finish: Beam refuses them. They are repeated.
 *   <li>How many elements were dropped: its counter is another one.
 * </ul>
 *
 * <p>{@code -Dpanes.seed=} is the seed of the first script, the others count up from there; {@code
 * -Dpanes.scripts=} is how many there are, {@code -Dpanes.groupings=} how many groupings each has,
 * and {@code -Dpanes.only=} the number of the only one that runs.
 */
class RandomPanesTest {

  private static final int SEED = Integer.getInteger("panes.seed", 1);
  private static final int SCRIPTS = Integer.getInteger("panes.scripts", 4);
  private static final int GROUPINGS = Integer.getInteger("panes.groupings", 25);

  /** DirectRunner's threads race with each other: it is asked again. */
  private static final int QUESTIONS = 3;

  private static final int ONLY = Integer.getInteger("panes.only", -1);

  private static final Map<String, Queue<String>> PANES = new ConcurrentHashMap<>();
  private static final AtomicInteger RUNS = new AtomicInteger();

  /** Notes what a grouping puts out. */
  private static final class Note extends DoFn<KV<String, Iterable<Long>>, Void> {
    private static final long serialVersionUID = 1L;

    private final String run;
    private final String grouping;

    Note(String run, String grouping) {
      this.run = run;
      this.grouping = grouping;
    }

    @ProcessElement
    public void process(
        @Element KV<String, Iterable<Long>> element,
        @Timestamp Instant timestamp,
        BoundedWindow window,
        PaneInfo pane) {
      List<Long> values = new ArrayList<>();
      element.getValue().forEach(values::add);
      Collections.sort(values);
      PANES
          .get(run)
          .add(
              String.format(
                  "%s: %s %s#%d on time #%d%s%s %s at %d",
                  grouping,
                  window,
                  pane.getTiming(),
                  pane.getIndex(),
                  pane.getNonSpeculativeIndex(),
                  pane.isFirst() ? " first" : "",
                  pane.isLast() ? " last" : "",
                  values,
                  timestamp.getMillis()));
    }
  }

  private static List<String> script(Random random) {
    List<String> events = new ArrayList<>();
    long watermark = 0;
    long front = 0;
    int number = 0;
    for (int i = 4 + random.nextInt(12); i > 0; i--) {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          StringBuilder event = new StringBuilder("e");
          for (int n = 1 + random.nextInt(4); n > 0; n--) {
            long behind = random.nextInt(3) == 0 ? random.nextInt(40) : random.nextInt(8);
            event
                .append(' ')
                .append(++number)
                .append('@')
                .append(front + random.nextInt(6) - behind);
          }
          events.add(event.toString());
        }
        case 2 -> events.add("p " + (1 + random.nextInt(3) * 2_000 + random.nextInt(2) * 500));
        default -> {
          front += random.nextInt(12) == 0 ? random.nextInt(100) : random.nextInt(9);
          watermark = Math.max(watermark, front - 2 + random.nextInt(4));
          events.add("w " + watermark);
        }
      }
    }
    return events;
  }

  private static TestStream<KV<String, Long>> stream(List<String> script) {
    TestStream.Builder<KV<String, Long>> events =
        TestStream.create(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
    long last = Long.MIN_VALUE;
    for (String event : script) {
      String[] parts = event.split(" ");
      switch (parts[0]) {
        case "p" ->
            events = events.advanceProcessingTime(Duration.millis(Long.parseLong(parts[1])));
        case "w" -> {
          long to = Long.parseLong(parts[1]);
          if (to > last) {
            events = events.advanceWatermarkTo(new Instant(to));
            last = to;
          }
        }
        default -> {
          List<TimestampedValue<KV<String, Long>>> elements = new ArrayList<>();
          for (int i = 1; i < parts.length; i++) {
            String[] of = parts[i].split("@");
            elements.add(
                TimestampedValue.of(
                    KV.of("key", Long.parseLong(of[0])), new Instant(Long.parseLong(of[1]))));
          }
          @SuppressWarnings({"unchecked", "rawtypes"})
          TimestampedValue<KV<String, Long>>[] more =
              elements.subList(1, elements.size()).toArray(new TimestampedValue[0]);
          events = events.addElements(elements.get(0), more);
        }
      }
    }
    return events.advanceWatermarkToInfinity();
  }

  private static WindowingStrategy<?, ?> windowing(RandomGroupings random) {
    for (; ; ) {
      WindowingStrategy<?, ?> of = random.windowing();
      if (!(of.getWindowFn() instanceof CalendarWindows.DaysWindows)
          && !(of.getWindowFn() instanceof CalendarWindows.MonthsWindows)
          && !of.isAlreadyMerged()
          && !(of.getWindowFn() instanceof GlobalWindows
              && of.getTrigger() instanceof DefaultTrigger)
          && !(of.getWindowFn() instanceof SlidingWindows sliding
              && sliding.getPeriod().isLongerThan(sliding.getSize()))) {
        Trigger trigger = of.getTrigger();
        return trigger.mayFinish() ? of.withTrigger(Repeatedly.forever(trigger)) : of;
      }
    }
  }

  private static String name(int number, WindowingStrategy<?, ?> of) {
    return number
        + " "
        + of.getWindowFn().getClass().getSimpleName()
        + DisplayData.from(of.getWindowFn()).asMap().values().stream()
            .map(item -> item.getKey() + "=" + item.getValue())
            .toList()
        + " "
        + of.getTrigger().toString().replace(": ", " ")
        + " "
        + of.getMode()
        + " lateness "
        + of.getAllowedLateness().getMillis()
        + " "
        + of.getTimestampCombiner()
        + " closing "
        + of.getClosingBehavior()
        + " ontime "
        + of.getOnTimeBehavior();
  }

  @SuppressWarnings("unchecked")
  private static Window<KV<String, Long>> window(WindowingStrategy<?, ?> of) {
    Window<KV<String, Long>> window =
        Window.<KV<String, Long>>into((WindowFn<? super KV<String, Long>, ?>) of.getWindowFn())
            .triggering(of.getTrigger())
            .withTimestampCombiner(of.getTimestampCombiner())
            .withOnTimeBehavior(of.getOnTimeBehavior())
            .withAllowedLateness(of.getAllowedLateness(), of.getClosingBehavior());
    return of.getMode() == AccumulationMode.ACCUMULATING_FIRED_PANES
        ? window.accumulatingFiredPanes()
        : window.discardingFiredPanes();
  }

  private static Map<String, List<String>> run(
      Class<? extends PipelineRunner<?>> runner,
      List<String> script,
      Map<String, WindowingStrategy<?, ?>> groupings) {
    String run = "run" + RUNS.incrementAndGet();
    PANES.put(run, new ConcurrentLinkedQueue<>());
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(runner);
    options.as(DirectOptions.class).setEnforceImmutability(false);
    options.as(DirectOptions.class).setEnforceEncodability(false);
    options.as(MicroBatchPipelineOptions.class).setSpecializedAggregators(false);
    Pipeline pipeline = Pipeline.create(options);
    PCollection<KV<String, Long>> input = pipeline.apply(stream(script));
    groupings.forEach(
        (name, of) ->
            input
                .apply("Window " + name, window(of))
                .apply("Group " + name, GroupByKey.create())
                .apply("Note " + name, ParDo.of(new Note(run, name))));
    pipeline.run().waitUntilFinish();
    Map<String, List<String>> panes = new TreeMap<>();
    groupings.keySet().forEach(name -> panes.put(name, new ArrayList<>()));
    for (String pane : PANES.remove(run)) {
      String[] parts = pane.split(": ", 2);
      panes.get(parts[0]).add(parts[1]);
    }
    panes.values().forEach(Collections::sort);
    return panes;
  }

  @TestFactory
  Stream<DynamicTest> panesAreThoseOfDirectRunner() {
    return IntStream.range(SEED, SEED + SCRIPTS)
        .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> compare(seed)));
  }

  private static void compare(int seed) {
    List<String> script = script(new Random(seed * 0x9e3779b97f4a7c15L));
    RandomGroupings random = new RandomGroupings(seed);
    Map<String, WindowingStrategy<?, ?>> groupings = new TreeMap<>();
    for (int i = 0; i < GROUPINGS; i++) {
      WindowingStrategy<?, ?> of = windowing(random);
      if (ONLY < 0 || ONLY == i) {
        groupings.put(name(i, of), of);
      }
    }
    Map<String, List<String>> ours = run(MicroBatchRunner.class, script, groupings);
    String differences = "";
    for (int i = 0; i < QUESTIONS; i++) {
      differences = differences(run(DirectRunner.class, script, groupings), ours);
      if (differences.isEmpty()) {
        return;
      }
    }
    fail(String.format("-Dpanes.seed=%d -Dpanes.scripts=1, %s%n%s", seed, script, differences));
  }

  private static String differences(
      Map<String, List<String>> expected, Map<String, List<String>> actual) {
    StringBuilder differences = new StringBuilder();
    expected.forEach(
        (name, panes) -> {
          if (!panes.equals(actual.get(name))) {
            differences
                .append(name)
                .append("\n  expected\n    ")
                .append(String.join("\n    ", panes))
                .append("\n  actual\n    ")
                .append(String.join("\n    ", actual.get(name)))
                .append('\n');
          }
        });
    return differences.toString();
  }
}
