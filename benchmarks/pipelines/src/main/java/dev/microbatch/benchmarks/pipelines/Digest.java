package dev.microbatch.benchmarks.pipelines;

import java.io.Serializable;

/**
 * Turns an element into a number that tells it from others.
 *
 * @param <T> the type of the elements
 */
@FunctionalInterface
public interface Digest<T> extends Serializable {

  /**
   * The element's number.
   *
   * @param element the element
   * @param timestamp its event time in milliseconds, or 0 where the tally does not look at it
   */
  long of(T element, long timestamp);
}
