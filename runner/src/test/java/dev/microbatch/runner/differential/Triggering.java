package dev.microbatch.runner.differential;

import dev.microbatch.runner.differential.Traits.Firing;
import org.apache.beam.sdk.transforms.windowing.AfterAll;
import org.apache.beam.sdk.transforms.windowing.AfterEach;
import org.apache.beam.sdk.transforms.windowing.AfterFirst;
import org.apache.beam.sdk.transforms.windowing.AfterPane;
import org.apache.beam.sdk.transforms.windowing.AfterProcessingTime;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.Never;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.Trigger;

/** Triggers that lose no data. */
enum Triggering {
  DEFAULT(Firing.Kind.ONCE),
  NEVER(Firing.Kind.ONCE),
  LATE(Firing.Kind.ONCE),
  EARLY(Firing.Kind.EARLY),
  EARLY_AND_LATE(Firing.Kind.EARLY),
  COUNT(Firing.Kind.MANY),
  FIRST(Firing.Kind.MANY),
  EACH(Firing.Kind.MANY),
  ALL(Firing.Kind.MANY),
  PROCESSING_TIME(Firing.Kind.MANY);

  private final Firing.Kind kind;

  Triggering(Firing.Kind kind) {
    this.kind = kind;
  }

  Firing.Kind kind() {
    return kind;
  }

  /**
   * The trigger.
   *
   * @param count how many elements an element-count trigger waits for
   */
  Trigger trigger(int count) {
    AfterPane elements = AfterPane.elementCountAtLeast(count);
    AfterWatermark.FromEndOfWindow end = AfterWatermark.pastEndOfWindow();
    return switch (this) {
      case DEFAULT -> DefaultTrigger.of();
      case NEVER -> Never.ever();
      case LATE -> end.withLateFirings(elements);
      case EARLY_AND_LATE -> end.withEarlyFirings(elements).withLateFirings(elements);
      case EARLY ->
          end.withEarlyFirings(AfterFirst.of(elements, AfterPane.elementCountAtLeast(2)))
              .withLateFirings(AfterPane.elementCountAtLeast(1));
      case COUNT -> Repeatedly.forever(elements);
      case FIRST -> Repeatedly.forever(AfterFirst.of(elements, end));
      case EACH -> Repeatedly.forever(AfterEach.inOrder(elements, end));
      case ALL ->
          Repeatedly.forever(AfterAll.of(elements, AfterPane.elementCountAtLeast(count + 1)));
      case PROCESSING_TIME -> Repeatedly.forever(AfterProcessingTime.pastFirstElementInPane());
    };
  }
}
