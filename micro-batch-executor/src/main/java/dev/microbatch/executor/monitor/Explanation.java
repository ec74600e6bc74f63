package dev.microbatch.executor.monitor;

import dev.microbatch.executor.time.EventTime;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Why a pipeline does not go on, or what it does instead.
 *
 * @param cause what it waits for
 * @param sentence the same with names and times
 * @param step the step that it is about; null if it is about none
 * @param partition the partition that it is about; -1 if it is about none
 * @param chain who holds whom: from the stage with the earliest watermark to what keeps it there
 */
public record Explanation(
    Cause cause, String sentence, @Nullable String step, int partition, List<Link> chain) {

  /** Copies the chain. */
  public Explanation {
    chain = List.copyOf(chain);
  }

  /** About a whole pipeline. */
  static Explanation of(Cause cause, String sentence) {
    return new Explanation(cause, sentence, null, -1, List.of());
  }

  /** The same with a chain. */
  Explanation with(List<Link> links) {
    return new Explanation(cause, sentence, step, partition, links);
  }

  /** All of it, in several lines: the sentence, what may be done, and the chain. */
  public String text() {
    StringBuilder text = new StringBuilder(sentence).append('\n').append(cause.advice());
    String indent = "\n  ";
    for (Link link : chain) {
      text.append(indent)
          .append(link.step())
          .append(", partition ")
          .append(link.partition())
          .append(", at ")
          .append(EventTime.describe(link.watermark()))
          .append(": ")
          .append(link.text());
      indent = "\n  < ";
    }
    return text.toString();
  }
}
