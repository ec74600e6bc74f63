package dev.microbatch.benchmarks.pipelines;

/**
 * One thread's part of a hand-written program: it generates records, sends each to the worker that
 * owns its key, and keeps the state of the keys that it owns. Used by one thread.
 */
abstract class HandWorker {

  private Exchange.Outputs outputs;

  /** Connects the worker to the others. */
  final void connect(Exchange.Outputs to) {
    this.outputs = to;
  }

  /**
   * Sends a record to the owner of its key.
   *
   * @param key decides on the owner
   * @param value goes along
   * @param time event time in milliseconds
   */
  final void send(long key, long value, long time) {
    outputs.send(key, value, time, null);
  }

  /**
   * Sends a record to the owner of its key.
   *
   * @param key decides on the owner
   * @param payload goes along
   */
  final void send(long key, Object payload) {
    outputs.send(key, 0, 0, payload);
  }

  /**
   * Generates a record, and sends it or works it off at once.
   *
   * @param number which record
   */
  abstract void generate(long number);

  /** Takes a record of which it owns the key. Called in no particular order of the times. */
  abstract void receive(long key, long value, long time, Object payload);

  /** All records were received: the outcome of the keys that this worker owns. */
  abstract Outcome finish();
}
