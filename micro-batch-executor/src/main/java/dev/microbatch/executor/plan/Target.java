package dev.microbatch.executor.plan;

import java.io.Serializable;

/** Where an output of a step goes. */
public sealed interface Target extends Serializable {

  /**
   * Another step of the same stage, called directly.
   *
   * @param index its index in {@link Stage#steps()}, larger than that of the producing step
   */
  record ToStep(int index) implements Target {}

  /**
   * Another stage.
   *
   * @param exchange the index in {@link Plan#exchanges()}
   */
  record ToExchange(int exchange) implements Target {}
}
