package dev.microbatch.kafka.kill;

import java.util.Optional;

/**
 * What one of the output topics should hold. Every expected result belongs to one event, and no
 * event has two.
 */
interface Expectation {

  /**
   * Takes more events into account.
   *
   * @param event the one after the last
   */
  void add(Event event);

  /** Returns how many results there should be when no further event comes. */
  int size();

  /**
   * Returns the result that belongs to an event.
   *
   * @param event the number of an event that has been added
   * @return empty if none belongs to it
   */
  Optional<Result> of(int event);

  /**
   * Returns the event that a result belongs to, according to the result itself.
   *
   * @return the event's number, or anything else if it is none
   * @throws RuntimeException if the result is none that the pipeline ever writes
   */
  long eventOf(Result result);
}
