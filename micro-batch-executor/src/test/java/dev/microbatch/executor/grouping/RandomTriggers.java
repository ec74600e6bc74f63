package dev.microbatch.executor.grouping;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.transforms.windowing.AfterAll;
import org.apache.beam.sdk.transforms.windowing.AfterEach;
import org.apache.beam.sdk.transforms.windowing.AfterFirst;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterSynchronizedProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.Never;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Trigger;
import org.apache.beam.sdk.transforms.windowing.Trigger.OnceTrigger;
import org.joda.time.Duration;
import org.joda.time.Instant;

/** Makes random triggers of every kind that Beam has. */
final class RandomTriggers {

  private static final long[] DELAYS = {0, 1, 700, 1_500, 4_000, 9_000};
  private static final long[] PERIODS = {1_000, 3_000};

  private final Random random;

  RandomTriggers(Random random) {
    this.random = random;
  }

  /** A trigger as a pipeline may have it: half of them common ones, and most of them never end. */
  Trigger next() {
    if (random.nextInt(2) == 0) {
      return common();
    }
    Trigger trigger = any(3);
    if (random.nextInt(6) == 0) {
      trigger = trigger.getContinuationTrigger();
    }
    return trigger.mayFinish() && random.nextInt(5) > 0 ? Repeatedly.forever(trigger) : trigger;
  }

  private Trigger common() {
    return switch (random.nextInt(9)) {
      case 0, 1, 2 -> DefaultTrigger.of();
      case 3 -> AfterWatermark.pastEndOfWindow().withEarlyFirings(delay()).withLateFirings(pane());
      case 4 -> AfterWatermark.pastEndOfWindow().withLateFirings(pane());
      case 5 -> AfterWatermark.pastEndOfWindow().withEarlyFirings(pane()).withLateFirings(pane());
      case 6 -> Repeatedly.forever(pane());
      case 7 -> Repeatedly.forever(delay());
      default -> Repeatedly.forever(AfterFirst.of(pane(), delay()));
    };
  }

  private Trigger any(int depth) {
    if (depth == 0) {
      return leaf();
    }
    return switch (random.nextInt(12)) {
      case 0, 1 -> leaf();
      case 2 -> Repeatedly.forever(any(depth - 1));
      case 3, 4 -> any(depth - 1).orFinally(once(depth - 1));
      case 5 -> AfterAll.of(several(depth));
      case 6 -> AfterFirst.of(several(depth));
      case 7, 8 -> AfterEach.inOrder(several(depth));
      case 9 -> AfterWatermark.pastEndOfWindow().withEarlyFirings(once(depth - 1));
      case 10 -> AfterWatermark.pastEndOfWindow().withLateFirings(once(depth - 1));
      default ->
          AfterWatermark.pastEndOfWindow()
              .withEarlyFirings(once(depth - 1))
              .withLateFirings(once(depth - 1));
    };
  }

  private List<Trigger> several(int depth) {
    List<Trigger> triggers = new ArrayList<>();
    for (int i = 2 + random.nextInt(2); i > 0; i--) {
      triggers.add(random.nextInt(3) == 0 ? any(depth - 1) : once(depth - 1));
    }
    return triggers;
  }

  private Trigger leaf() {
    return random.nextInt(5) == 0 ? DefaultTrigger.of() : onceLeaf();
  }

  private OnceTrigger once(int depth) {
    if (depth > 0 && random.nextInt(4) == 0) {
      List<Trigger> triggers = new ArrayList<>();
      for (int i = 2 + random.nextInt(2); i > 0; i--) {
        triggers.add(once(depth - 1));
      }
      return random.nextBoolean() ? AfterAll.of(triggers) : AfterFirst.of(triggers);
    }
    return onceLeaf();
  }

  private OnceTrigger onceLeaf() {
    return switch (random.nextInt(12)) {
      case 0 -> Never.ever();
      case 1 -> AfterSynchronizedProcessingTime.ofFirstElement();
      case 2, 3, 4 -> AfterWatermark.pastEndOfWindow();
      case 5, 6, 7 -> delay();
      default -> pane();
    };
  }

  private OnceTrigger pane() {
    return AfterPane.elementCountAtLeast(1 + random.nextInt(4));
  }

  private OnceTrigger delay() {
    AfterProcessingTime trigger = AfterProcessingTime.pastFirstElementInPane();
    for (int i = random.nextInt(3); i >= 0; i--) {
      trigger =
          switch (random.nextInt(4)) {
            case 0 -> trigger.alignedTo(Duration.millis(pick(PERIODS)));
            case 1 -> trigger.alignedTo(Duration.millis(pick(PERIODS)), new Instant(300));
            default -> trigger.plusDelayOf(Duration.millis(pick(DELAYS)));
          };
    }
    return trigger;
  }

  private long pick(long[] of) {
    return of[random.nextInt(of.length)];
  }
}
