package dev.microbatch.kafka.kill;

/**
 * A record that the pipeline writes, or should write.
 *
 * @param key the key of the events
 * @param value what it says about them
 */
record Result(String key, String value) {
  @Override
  public String toString() {
    return key + "=" + value;
  }
}
