package dev.microbatch.runner;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineRunner;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.AfterAll;
import org.apache.beam.sdk.transforms.windowing.AfterEach;
import org.apache.beam.sdk.transforms.windowing.AfterFirst;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Never;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Trigger;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.Window.ClosingBehavior;
import org.apache.beam.sdk.transforms.windowing.Window.OnTimeBehavior;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The panes of every family of triggers, in both modes, with and without lateness, against those of
 * Beam's DirectRunner.
 *
 * <p>All elements have one key. With more, DirectRunner's answers depend on how its threads run:
 * its output watermark is one for all keys, so a hold of one key can make the first pane of another
 * ON_TIME instead of LATE. Ours is one per key.
 */
class PaneTimingTest {

  private static final Map<String, Queue<String>> PANES = new ConcurrentHashMap<>();
  private static final AtomicInteger RUNS = new AtomicInteger();
  private static final Duration DELAY = Duration.standardSeconds(5);

  /** What comes, for windows of ten seconds and a lateness of none or 30 seconds. */
  private enum Events {
    FIRED_BEHIND_THE_END("1 w12 p w60"),
    FIRED_AT_THE_END_OF_TIME("1 w12 w*"),
    FIRED_EARLY("1 p w12 w60"),
    OVER_END_AND_EXPIRY("1 w60"),
    OVER_END_AND_EXPIRY_AFTER_AN_EARLY_PANE("1 p w60"),
    TO_THE_END_OF_TIME("1 w*"),
    TO_THE_END_OF_TIME_AFTER_AN_EARLY_PANE("1 p 2 p w*"),
    LATE_BEHIND_AN_EARLY_PANE("1 p w12 2 p w60"),
    LATE_BEHIND_AN_OPEN_PANE("1 w12 2 p w60"),
    LATE_ALONE("w12 1 p w60"),
    LATE_ALONE_AND_EXPIRED_AT_ONCE("w12 1 w60 p"),
    LATE_AGAIN_AND_AGAIN("1 2 w12 3 4 p 5 p w60 6 p"),
    BEHIND_THE_WATERMARK_BUT_NOT_LATE("w5 1 p w12 p 2 w60"),
    TWO_WINDOWS("1 11 w12 p w25 p 12 2 p w80"),
    MANY("1 2 3 4 p 5 w12 6 7 8 9 p w35 1 w60");

    private final String script;

    Events(String script) {
      this.script = script;
    }

    TestStream<KV<String, Integer>> stream() {
      TestStream.Builder<KV<String, Integer>> events =
          TestStream.create(KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()));
      for (String event : script.split(" ")) {
        if (event.equals("p")) {
          events = events.advanceProcessingTime(DELAY.plus(Duration.standardSeconds(1)));
        } else if (event.equals("w*")) {
          return events.advanceWatermarkToInfinity();
        } else if (event.startsWith("w")) {
          events = events.advanceWatermarkTo(at(Integer.parseInt(event.substring(1))));
        } else {
          int second = Integer.parseInt(event);
          events = events.addElements(TimestampedValue.of(KV.of("key", second), at(second)));
        }
      }
      return events.advanceWatermarkToInfinity();
    }
  }

  private static Instant at(int second) {
    return new Instant(second * 1_000L);
  }

  private static Trigger.OnceTrigger pane(int elements) {
    return AfterPane.elementCountAtLeast(elements);
  }

  private static Trigger.OnceTrigger delay() {
    return AfterProcessingTime.pastFirstElementInPane().plusDelayOf(DELAY);
  }

  /** Beam refuses a trigger that finishes by itself, so those that may are repeated. */
  private static Map<String, Trigger> triggers() {
    Map<String, Trigger> triggers = new LinkedHashMap<>();
    triggers.put("default", DefaultTrigger.of());
    triggers.put("never", Never.ever());
    triggers.put("watermark", AfterWatermark.pastEndOfWindow());
    triggers.put(
        "early and late",
        AfterWatermark.pastEndOfWindow().withEarlyFirings(pane(2)).withLateFirings(delay()));
    triggers.put("panes", pane(1));
    triggers.put("second panes", pane(2));
    triggers.put("delays", delay());
    triggers.put("first", AfterFirst.of(pane(2), delay()));
    triggers.put("all", AfterAll.of(pane(2), delay()));
    triggers.put("each", AfterEach.inOrder(pane(1), Repeatedly.forever(delay())));
    triggers.put("each once", AfterEach.inOrder(delay(), pane(2)));
    triggers.put(
        "delays or finally the end",
        Repeatedly.forever(delay()).orFinally(AfterWatermark.pastEndOfWindow()));
    triggers.put("panes or finally three", Repeatedly.forever(pane(1)).orFinally(pane(3)));
    triggers.put(
        "early, the end, late",
        AfterEach.inOrder(
            Repeatedly.forever(delay()).orFinally(AfterWatermark.pastEndOfWindow()),
            Repeatedly.forever(pane(2))));
    triggers.replaceAll((name, of) -> of.mayFinish() ? Repeatedly.forever(of) : of);
    return triggers;
  }

  /** Notes what a grouping puts out. */
  private static final class Note extends DoFn<KV<String, Iterable<Integer>>, Void> {
    private static final long serialVersionUID = 1L;

    private final String run;
    private final String grouping;

    Note(String run, String grouping) {
      this.run = run;
      this.grouping = grouping;
    }

    @ProcessElement
    public void process(
        @Element KV<String, Iterable<Integer>> element,
        @Timestamp Instant timestamp,
        PaneInfo pane) {
      List<Integer> values = new ArrayList<>();
      element.getValue().forEach(values::add);
      Collections.sort(values);
      PANES
          .get(run)
          .add(
              String.format(
                  "%s: %s%s#%d on time #%d%s %s at %d",
                  grouping,
                  pane.isFirst() ? "first " : "",
                  pane.getTiming(),
                  pane.getIndex(),
                  pane.getNonSpeculativeIndex(),
                  pane.isLast() ? " last" : "",
                  values,
                  timestamp.getMillis()));
    }
  }

  /** Under which conditions a pane is put out that is empty. */
  private enum Empty {
    ON_TIME(OnTimeBehavior.FIRE_ALWAYS, ClosingBehavior.FIRE_IF_NON_EMPTY),
    LAST(OnTimeBehavior.FIRE_IF_NON_EMPTY, ClosingBehavior.FIRE_ALWAYS);

    private final OnTimeBehavior onTime;
    private final ClosingBehavior closing;

    Empty(OnTimeBehavior onTime, ClosingBehavior closing) {
      this.onTime = onTime;
      this.closing = closing;
    }
  }

  private static void groupAll(PCollection<KV<String, Integer>> input, String run) {
    for (Empty empty : Empty.values()) {
      triggers()
          .forEach(
              (name, trigger) -> {
                Window<KV<String, Integer>> fixed =
                    Window.<KV<String, Integer>>into(FixedWindows.of(Duration.standardSeconds(10)))
                        .triggering(trigger)
                        .withOnTimeBehavior(empty.onTime);
                for (int lateness : new int[] {0, 30}) {
                  Window<KV<String, Integer>> of =
                      fixed.withAllowedLateness(Duration.standardSeconds(lateness), empty.closing);
                  String grouping = name + ", lateness " + lateness + ", empty " + empty;
                  group(input, of.discardingFiredPanes(), run, grouping + ", discarding");
                  group(input, of.accumulatingFiredPanes(), run, grouping + ", accumulating");
                }
                Window<KV<String, Integer>> sessions =
                    Window.<KV<String, Integer>>into(
                            Sessions.withGapDuration(Duration.standardSeconds(9)))
                        .triggering(trigger)
                        .withOnTimeBehavior(empty.onTime)
                        .withAllowedLateness(Duration.standardSeconds(30), empty.closing);
                String grouping = name + ", sessions, empty " + empty;
                group(input, sessions.accumulatingFiredPanes(), run, grouping);
              });
    }
  }

  private static void group(
      PCollection<KV<String, Integer>> input,
      Window<KV<String, Integer>> window,
      String run,
      String name) {
    input
        .apply("Window " + name, window)
        .apply("Group " + name, GroupByKey.create())
        .apply("Note " + name, ParDo.of(new Note(run, name)));
  }

  private static Map<String, List<String>> run(
      Class<? extends PipelineRunner<?>> runner, Events events) {
    String run = "run" + RUNS.incrementAndGet();
    PANES.put(run, new ConcurrentLinkedQueue<>());
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(runner);
    options.as(DirectOptions.class).setEnforceImmutability(false);
    options.as(DirectOptions.class).setEnforceEncodability(false);
    Pipeline pipeline = Pipeline.create(options);
    PCollection<KV<String, Integer>> input = pipeline.apply(events.stream());
    groupAll(input, run);
    pipeline.run().waitUntilFinish();
    Map<String, List<String>> panes = new TreeMap<>();
    for (String pane : PANES.remove(run)) {
      String[] parts = pane.split(": ", 2);
      panes.computeIfAbsent(parts[0], grouping -> new ArrayList<>()).add(parts[1]);
    }
    panes.values().forEach(Collections::sort);
    return panes;
  }

  @ParameterizedTest
  @EnumSource
  void panesAreThoseOfTheDirectRunner(Events events) {
    Map<String, List<String>> ours = run(MicroBatchRunner.class, events);
    Map<String, List<String>> theirs = run(DirectRunner.class, events);

    List<String> differences = new ArrayList<>();
    for (String grouping : theirs.keySet()) {
      if (!theirs.get(grouping).equals(ours.get(grouping))) {
        differences.add(grouping + ": " + theirs.get(grouping) + " but " + ours.get(grouping));
      }
    }
    for (String grouping : ours.keySet()) {
      if (!theirs.containsKey(grouping)) {
        differences.add(grouping + ": nothing but " + ours.get(grouping));
      }
    }
    assertThat(String.join("\n", differences), is(""));
  }

  @Test
  void theFirstPaneBehindTheEndIsOnTime() {
    assertThat(
        run(MicroBatchRunner.class, Events.FIRED_BEHIND_THE_END)
            .get("delays, lateness 30, empty ON_TIME, discarding"),
        hasItem("first ON_TIME#0 on time #0 [1] at 9999"));
  }
}
