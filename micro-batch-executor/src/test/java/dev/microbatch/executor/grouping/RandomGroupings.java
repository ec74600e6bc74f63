package dev.microbatch.executor.grouping;

import dev.microbatch.executor.grouping.GroupingCase.Arrival;
import dev.microbatch.executor.grouping.GroupingCase.Restart;
import dev.microbatch.executor.grouping.GroupingCase.Round;
import dev.microbatch.executor.stage.RunningStage.Manner;
import dev.microbatch.executor.state.EvictingStateBackend;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.state.TemporarySpill;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.transforms.windowing.CalendarWindows;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.transforms.windowing.Trigger;
import org.apache.beam.sdk.transforms.windowing.Window.ClosingBehavior;
import org.apache.beam.sdk.transforms.windowing.Window.OnTimeBehavior;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.apache.beam.sdk.values.WindowingStrategy.AccumulationMode;
import org.joda.time.DateTimeZone;
import org.joda.time.Duration;

/** Makes random groupings and histories of them, the same ones for the same seed. */
public final class RandomGroupings {

  private static final long HOUR = 3_600_000;
  private static final long END_OF_GLOBAL_WINDOW = GlobalWindow.INSTANCE.maxTimestamp().getMillis();

  /** Rounds that settle are further apart than any number of empty batches takes. */
  private static final long[] STEPS = {1_000, 1_000, 2_000, 5_000, 12_000};

  private static final Restart[] RESTARTS = {
    Restart.NEVER,
    Restart.NEVER,
    Restart.NEVER,
    Restart.AT_ONCE,
    Restart.SETTLED,
    Restart.CRASHED,
    Restart.CRASHED
  };

  private static final String[] KEYS = {"a", "b", "c", "d"};

  /** All of one process may use one directory. */
  private static final StateBackend SPILLING = TemporarySpill.always("random groupings");

  private final Random random;

  /** The length of time in which timestamps differ by one step, in milliseconds. */
  private long unit = 1;

  private long number;
  private long watermark = EventTime.MIN;
  private long front;
  private long processingTime = 100_000;
  private boolean draining;

  /** Begins with a seed. */
  public RandomGroupings(long seed) {
    // Neighbouring seeds would begin alike.
    this.random = new Random(seed * 0x9e3779b97f4a7c15L);
    random.nextLong();
  }

  GroupingCase next() {
    WindowingStrategy<?, ?> windowing = windowing();
    Manner manner =
        new Manner(
            backend(random.nextInt(3)),
            random.nextInt(3) > 0,
            random.nextBoolean(),
            random.nextInt(4) == 0,
            random.nextInt(8) == 0,
            1);
    return new GroupingCase(
        windowing,
        random.nextInt(3) == 0 ? Content.GATHERED : pick(Content.values()),
        manner,
        1 + random.nextInt(3),
        rounds(manner));
  }

  private static StateBackend backend(int number) {
    return switch (number) {
      case 0 -> new EvictingStateBackend();
      case 1 -> SPILLING;
      default -> StateBackend.HEAP;
    };
  }

  /** A windowing strategy. Lots are put up by the value of a pair, which has to be a long. */
  public WindowingStrategy<?, ?> windowing() {
    unit = 1;
    WindowFn<?, ?> windowFn = windowFn();
    Trigger trigger = new RandomTriggers(random).next();
    WindowingStrategy<?, ?> windowing =
        WindowingStrategy.of(windowFn)
            .withTrigger(trigger)
            .withMode(pick(AccumulationMode.DISCARDING_FIRED_PANES, accumulating()))
            .withClosingBehavior(pick(ClosingBehavior.values()))
            .withOnTimeBehavior(pick(OnTimeBehavior.values()));
    if (random.nextInt(2) == 0) {
      windowing = windowing.withAllowedLateness(Duration.millis(unit * random.nextInt(25)));
    }
    if (random.nextInt(3) == 0) {
      windowing = windowing.withTimestampCombiner(pick(TimestampCombiner.values()));
    }
    return windowing.needsMerge() && random.nextInt(8) == 0
        ? windowing.withAlreadyMerged(true)
        : windowing;
  }

  private static AccumulationMode accumulating() {
    return AccumulationMode.ACCUMULATING_FIRED_PANES;
  }

  private WindowFn<?, ?> windowFn() {
    long size = 2L + random.nextInt(12);
    return switch (random.nextInt(16)) {
      case 0 -> new GlobalWindows();
      case 1, 2, 3, 4 ->
          FixedWindows.of(Duration.millis(size))
              .withOffset(Duration.millis(random.nextInt((int) size)));
      case 5, 6, 7 -> sliding(size);
      case 8 -> new OverlappingWindows(size, 2 * size + 1);
      case 9 -> {
        unit = HOUR;
        yield calendar();
      }
      case 10, 11 -> new LotWindows(size);
      default -> Sessions.withGapDuration(Duration.millis(size));
    };
  }

  /** Now and then with gaps between the windows. */
  private WindowFn<?, ?> sliding(long size) {
    long period = 1L + random.nextInt((int) size + 2);
    return SlidingWindows.of(Duration.millis(size))
        .every(Duration.millis(period))
        .withOffset(Duration.millis(random.nextInt((int) period)));
  }

  private WindowFn<?, ?> calendar() {
    DateTimeZone zone = pick(DateTimeZone.UTC, DateTimeZone.forID("Europe/Berlin"));
    return switch (random.nextInt(3)) {
      case 0 -> CalendarWindows.days(1 + random.nextInt(2)).withTimeZone(zone);
      case 1 -> CalendarWindows.weeks(1, 1 + random.nextInt(7)).withTimeZone(zone);
      default -> CalendarWindows.months(1).withTimeZone(zone);
    };
  }

  private List<Round> rounds(Manner manner) {
    front = random.nextInt(10) > 0 ? 0 : EventTime.MIN + random.nextInt(3);
    List<Round> rounds = new ArrayList<>();
    for (int i = 2 + random.nextInt(10); i > 0; i--) {
      rounds.add(round(manner));
    }
    watermark = EventTime.MAX;
    rounds.add(empty(manner));
    return rounds;
  }

  private Round round(Manner manner) {
    List<Arrival> arrivals = new ArrayList<>();
    int keys = 1 + random.nextInt(KEYS.length);
    for (int i = random.nextInt(8) - 2; i > 0; i--) {
      long behind = unit * (random.nextInt(3) == 0 ? random.nextInt(40) : random.nextInt(8));
      long timestamp = front + unit * random.nextInt(6) - behind;
      arrivals.add(
          new Arrival(
              KEYS[random.nextInt(keys)],
              ++number,
              Math.max(EventTime.MIN, Math.min(timestamp, END_OF_GLOBAL_WINDOW))));
    }
    if (random.nextInt(3) > 0 && front < END_OF_GLOBAL_WINDOW) {
      front += unit * (random.nextInt(12) == 0 ? random.nextInt(100) : random.nextInt(9));
      watermark =
          Math.max(
              watermark,
              Math.max(
                  EventTime.MIN, front + (random.nextInt(4) == 0 ? random.nextInt(3) - 1 : -unit)));
    }
    draining |= random.nextInt(30) == 0;
    return empty(manner).withArrivals(arrivals);
  }

  private Round empty(Manner manner) {
    boolean settles = watermark == EventTime.MAX || random.nextInt(4) > 0;
    boolean commits = manner.commits() && random.nextInt(3) > 0;
    Restart restart = manner.commits() ? pick(RESTARTS) : Restart.NEVER;
    Round round =
        new Round(
            List.of(),
            watermark,
            processingTime,
            settles,
            draining,
            commits,
            restart,
            1 + random.nextInt(3));
    if (settles) {
      processingTime += STEPS[random.nextInt(STEPS.length)];
    }
    return round;
  }

  @SafeVarargs
  private <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
