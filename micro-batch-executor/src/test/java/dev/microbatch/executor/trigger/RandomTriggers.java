package dev.microbatch.executor.trigger;

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

/** Makes triggers of all kinds, nested up to a depth. */
final class RandomTriggers {

  private final Random random;

  RandomTriggers(Random random) {
    this.random = random;
  }

  /** Any trigger. */
  Trigger next(int depth) {
    if (depth == 0) {
      return once(0);
    }
    return switch (random.nextInt(7)) {
      case 0 -> DefaultTrigger.of();
      case 1 -> Repeatedly.forever(next(depth - 1));
      case 2 -> AfterEach.inOrder(next(depth - 1), next(depth - 1));
      case 3 -> next(depth - 1).orFinally(once(depth - 1));
      case 4 -> AfterWatermark.pastEndOfWindow().withEarlyFirings(once(depth - 1));
      case 5 ->
          AfterWatermark.pastEndOfWindow()
              .withEarlyFirings(once(depth - 1))
              .withLateFirings(once(depth - 1));
      default -> once(depth);
    };
  }

  private OnceTrigger once(int depth) {
    return switch (random.nextInt(depth == 0 ? 5 : 7)) {
      case 0 -> AfterPane.elementCountAtLeast(1 + random.nextInt(4));
      case 1 -> delayed();
      case 2 -> AfterSynchronizedProcessingTime.ofFirstElement();
      case 3 -> AfterWatermark.pastEndOfWindow();
      case 4 -> random.nextInt(4) == 0 ? Never.ever() : AfterPane.elementCountAtLeast(2);
      case 5 -> AfterFirst.of(once(depth - 1), once(depth - 1));
      default -> AfterAll.of(once(depth - 1), once(depth - 1));
    };
  }

  private OnceTrigger delayed() {
    AfterProcessingTime trigger = AfterProcessingTime.pastFirstElementInPane();
    if (random.nextBoolean()) {
      trigger = trigger.plusDelayOf(Duration.millis(random.nextInt(10)));
    }
    if (random.nextInt(3) == 0) {
      trigger =
          trigger.alignedTo(
              Duration.millis(1 + random.nextInt(7)), Instant.ofEpochMilli(random.nextInt(9) - 3));
    }
    return trigger;
  }
}
