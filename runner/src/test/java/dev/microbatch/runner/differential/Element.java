package dev.microbatch.runner.differential;

/**
 * One record of a random input.
 *
 * @param key its key
 * @param value its value
 * @param timestamp its event time, in milliseconds
 */
record Element(String key, long value, long timestamp) {

  @Override
  public String toString() {
    return key + "=" + value + "@" + timestamp;
  }
}
