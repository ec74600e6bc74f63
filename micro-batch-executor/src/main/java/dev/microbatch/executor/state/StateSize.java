package dev.microbatch.executor.state;

import java.io.Serializable;

/**
 * How much a stage keeps in one partition, counted and not weighed.
 *
 * @param keys for how many keys something is kept, once for each window where windows are kept
 *     apart
 * @param timers how many timers are set
 * @param withheld how many records wait to be let in
 */
public record StateSize(long keys, long timers, long withheld) implements Serializable {

  /** Nothing. */
  public static final StateSize NONE = new StateSize(0, 0, 0);

  /** Both together. */
  public StateSize plus(StateSize other) {
    return new StateSize(keys + other.keys, timers + other.timers, withheld + other.withheld);
  }
}
