package dev.microbatch.executor.operator;

import java.util.Random;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.CombiningState;
import org.apache.beam.sdk.state.MapState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerMap;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Duration;
import org.joda.time.Instant;

/**
 * Does with its state and timers what the seed in an element says, and outputs all that it reads.
 * What it does in a timer follows from its state. So it does the same wherever it runs.
 */
final class RandomStateFn extends DoFn<KV<String, Long>, String> {

  private static final long serialVersionUID = 1L;
  private static final Coder<long[]> ACCUMULATORS =
      Sum.ofLongs().getAccumulatorCoder(CoderRegistry.createDefault(), VarLongCoder.of());

  @StateId("value")
  private final StateSpec<ValueState<Long>> value = StateSpecs.value(VarLongCoder.of());

  @StateId("bag")
  private final StateSpec<BagState<String>> bag = StateSpecs.bag(StringUtf8Coder.of());

  @StateId("sum")
  private final StateSpec<CombiningState<Long, long[], Long>> sum =
      StateSpecs.combining(ACCUMULATORS, Sum.ofLongs());

  @StateId("map")
  private final StateSpec<MapState<String, Long>> map =
      StateSpecs.map(StringUtf8Coder.of(), VarLongCoder.of());

  @TimerId("event")
  private final TimerSpec event = TimerSpecs.timer(TimeDomain.EVENT_TIME);

  @TimerId("processing")
  private final TimerSpec processing = TimerSpecs.timer(TimeDomain.PROCESSING_TIME);

  @SuppressWarnings("UnusedVariable") // used by its name
  @TimerFamily("events")
  private final TimerSpec events = TimerSpecs.timerMap(TimeDomain.EVENT_TIME);

  @SuppressWarnings("UnusedVariable") // used by its name
  @TimerFamily("processings")
  private final TimerSpec processings = TimerSpecs.timerMap(TimeDomain.PROCESSING_TIME);

  /** What a method of a DoFn has been given; null for what it has not. */
  record Access(
      Random random,
      ValueState<Long> value,
      BagState<String> bag,
      @Nullable CombiningState<Long, long[], Long> sum,
      @Nullable MapState<String, Long> map,
      Timer event,
      Timer processing,
      @Nullable TimerMap events,
      @Nullable TimerMap processings,
      OutputReceiver<String> output) {

    private static final long HORIZON = 25;

    void work(String where, Instant timestamp) {
      for (int i = random.nextInt(4); i >= 0; i--) {
        try {
          output.output(where + ": " + operate(timestamp));
        } catch (IllegalArgumentException e) {
          tell(where + " is refused");
        }
      }
    }

    /** Where a timer has no output timestamp, outputs are refused. */
    private void tell(String what) {
      try {
        output.output(what);
      } catch (IllegalArgumentException e) {
        bag.add("could not say that " + what);
      }
    }

    private String operate(Instant timestamp) {
      switch (random.nextInt(sum == null ? 7 : 12)) {
        case 0 -> value.write(random.nextLong(100));
        case 1 -> value.clear();
        case 2 -> bag.add("e" + random.nextInt(10));
        case 3 -> bag.clear();
        case 4 -> operate(event, timestamp);
        case 5 -> operate(processing, timestamp);
        case 6 -> output.outputWithTimestamp("elsewhere", timestamp.plus(random.nextInt(8) - 1));
        case 7 -> sum.add(random.nextLong(10));
        case 8 -> map.put("k" + random.nextInt(3), random.nextLong(10));
        case 9 -> map.remove("k" + random.nextInt(3));
        case 10 -> operate(events, timestamp);
        default -> operate(processings, timestamp);
      }
      String read = value.read() + " " + bag.read();
      return sum == null ? read : read + " " + sum.read() + " " + map.get("k1").read();
    }

    private void operate(TimerMap family, Instant timestamp) {
      String id = "t" + random.nextInt(12);
      if (random.nextInt(3) == 0) {
        family.set(id, time(timestamp));
      } else {
        operate(family.get(id), timestamp);
      }
    }

    private void operate(Timer timer, Instant timestamp) {
      switch (random.nextInt(6)) {
        case 0 -> timer.withOutputTimestamp(time(timestamp));
        case 1 -> timer.withNoOutputTimestamp();
        default -> {}
      }
      switch (random.nextInt(5)) {
        case 0 -> timer.clear();
        case 1 -> timer.offset(Duration.millis(random.nextInt(20))).setRelative();
        case 2 ->
            timer
                .offset(Duration.millis(random.nextInt(5)))
                .align(Duration.millis(1 + random.nextInt(10)))
                .setRelative();
        default -> timer.set(time(timestamp));
      }
    }

    private Instant time(Instant timestamp) {
      return timestamp.plus(random.nextLong(HORIZON) - 2);
    }
  }

  @ProcessElement
  public void process(
      @Element KV<String, Long> element,
      @Timestamp Instant timestamp,
      BoundedWindow window,
      @AlwaysFetched @StateId("value") ValueState<Long> value,
      @StateId("bag") BagState<String> bag,
      @StateId("sum") CombiningState<Long, long[], Long> sum,
      @StateId("map") MapState<String, Long> map,
      @TimerId("event") Timer event,
      @TimerId("processing") Timer processing,
      @TimerFamily("events") TimerMap events,
      @TimerFamily("processings") TimerMap processings,
      OutputReceiver<String> output) {
    Random random = new Random(element.getValue());
    new Access(random, value, bag, sum, map, event, processing, events, processings, output)
        .work(element + " in " + window, timestamp);
  }

  /** Counts the timers that have fired, so that none repeats what another did, forever. */
  private static Random random(
      CombiningState<Long, long[], Long> sum, Instant timestamp, String id) {
    sum.add(1L);
    return new Random(sum.read() * 31 + timestamp.getMillis() + id.hashCode());
  }

  @OnTimer("event")
  public void onEvent(
      OnTimerContext context,
      @Key String key,
      @AlwaysFetched @StateId("value") ValueState<Long> value,
      @StateId("bag") BagState<String> bag,
      @StateId("sum") CombiningState<Long, long[], Long> sum,
      @StateId("map") MapState<String, Long> map,
      @TimerId("event") Timer event,
      @TimerId("processing") Timer processing,
      @TimerFamily("events") TimerMap events,
      @TimerFamily("processings") TimerMap processings,
      OutputReceiver<String> output) {
    Random random = random(sum, context.fireTimestamp(), "event");
    String where =
        key
            + " event "
            + context.timestamp().getMillis()
            + " "
            + context.fireTimestamp()
            + context.window()
            + context.timeDomain()
            + context.causedByDrain();
    new Access(random, value, bag, sum, map, event, processing, events, processings, output)
        .work(where, context.timestamp());
  }

  @OnTimer("processing")
  public void onProcessing(
      @Key String key,
      @Timestamp Instant timestamp,
      BoundedWindow window,
      CausedByDrain cause,
      TimeDomain domain,
      @AlwaysFetched @StateId("value") ValueState<Long> value,
      @StateId("bag") BagState<String> bag,
      @StateId("sum") CombiningState<Long, long[], Long> sum,
      @StateId("map") MapState<String, Long> map,
      @TimerId("event") Timer event,
      @TimerId("processing") Timer processing,
      @TimerFamily("events") TimerMap events,
      @TimerFamily("processings") TimerMap processings,
      OutputReceiver<String> output) {
    Random random = random(sum, timestamp, "processing");
    new Access(random, value, bag, sum, map, event, processing, events, processings, output)
        .work(key + " processing " + timestamp.getMillis() + window + cause + domain, timestamp);
  }

  @OnTimerFamily("events")
  public void onEvents(
      @TimerId String id,
      @Key String key,
      @Timestamp Instant timestamp,
      BoundedWindow window,
      @StateId("value") ValueState<Long> value,
      @StateId("bag") BagState<String> bag,
      @StateId("sum") CombiningState<Long, long[], Long> sum,
      @StateId("map") MapState<String, Long> map,
      @TimerId("event") Timer event,
      @TimerId("processing") Timer processing,
      @TimerFamily("events") TimerMap events,
      @TimerFamily("processings") TimerMap processings,
      OutputReceiver<String> output) {
    Random random = random(sum, timestamp, id);
    new Access(random, value, bag, sum, map, event, processing, events, processings, output)
        .work(key + " events " + id + timestamp.getMillis() + window, timestamp);
  }

  @OnTimerFamily("processings")
  public void onProcessings(
      @TimerId String id,
      @Key String key,
      @Timestamp Instant timestamp,
      BoundedWindow window,
      @StateId("bag") BagState<String> bag,
      OutputReceiver<String> output) {
    bag.add(key + id);
    try {
      output.output(key + " processings " + id + timestamp.getMillis() + window);
    } catch (IllegalArgumentException e) {
      bag.add("no output timestamp");
    }
  }

  @OnWindowExpiration
  public void expire(
      @Key String key,
      @Timestamp Instant timestamp,
      BoundedWindow window,
      @StateId("value") ValueState<Long> value,
      @StateId("bag") BagState<String> bag,
      OutputReceiver<String> output) {
    output.output(key + " expires " + timestamp + window + value.read() + bag.read());
    bag.add("too late");
  }

  /** Does not hear of the expiration of its windows. */
  static final class Plain extends DoFn<KV<String, Long>, String> {
    private static final long serialVersionUID = 1L;

    @StateId("value")
    private final StateSpec<ValueState<Long>> value = StateSpecs.value(VarLongCoder.of());

    @StateId("bag")
    private final StateSpec<BagState<String>> bag = StateSpecs.bag(StringUtf8Coder.of());

    @TimerId("event")
    private final TimerSpec event = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @TimerId("processing")
    private final TimerSpec processing = TimerSpecs.timer(TimeDomain.PROCESSING_TIME);

    @ProcessElement
    public void process(
        ProcessContext context,
        BoundedWindow window,
        @StateId("value") ValueState<Long> value,
        @StateId("bag") BagState<String> bag,
        @TimerId("event") Timer event,
        @TimerId("processing") Timer processing,
        OutputReceiver<String> output) {
      Random random = new Random(context.element().getValue());
      new Access(random, value, bag, null, null, event, processing, null, null, output)
          .work(context.element() + " in " + window, context.timestamp());
    }

    @OnTimer("event")
    public void onEvent(
        OnTimerContext context,
        @Key String key,
        @StateId("value") ValueState<Long> value,
        @StateId("bag") BagState<String> bag,
        @TimerId("processing") Timer processing,
        OutputReceiver<String> output) {
      Random random = new Random(context.fireTimestamp().getMillis());
      new Access(random, value, bag, null, null, processing, processing, null, null, output)
          .work(key + " event " + context.timestamp().getMillis(), context.timestamp());
    }

    @OnTimer("processing")
    public void onProcessing(OnTimerContext context, @Key String key) {
      context.outputWithTimestamp(key + " processing", context.timestamp());
    }
  }

  /** Wants its elements in order of time. */
  static final class Sorted extends DoFn<KV<String, Long>, String> {
    private static final long serialVersionUID = 1L;

    @StateId("value")
    private final StateSpec<ValueState<Long>> value = StateSpecs.value(VarLongCoder.of());

    @StateId("bag")
    private final StateSpec<BagState<String>> bag = StateSpecs.bag(StringUtf8Coder.of());

    @TimerId("event")
    private final TimerSpec event = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @RequiresTimeSortedInput
    @ProcessElement
    public void process(
        @Element KV<String, Long> element,
        @Timestamp Instant timestamp,
        @StateId("value") ValueState<Long> value,
        @StateId("bag") BagState<String> bag,
        @TimerId("event") Timer event,
        OutputReceiver<String> output) {
      Random random = new Random(element.getValue());
      new Access(random, value, bag, null, null, event, event, null, null, output)
          .work(element + " at " + timestamp, timestamp);
    }

    @OnTimer("event")
    public void onEvent(
        OnTimerContext context, @Key String key, @StateId("bag") BagState<String> bag) {
      context.output(key + " event " + context.window() + bag.read());
      bag.add("fired");
    }
  }
}
