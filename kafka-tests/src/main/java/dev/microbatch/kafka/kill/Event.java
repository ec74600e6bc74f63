package dev.microbatch.kafka.kill;

/**
 * One event.
 *
 * @param number its position among all events, from 0
 * @param key its key, from 0
 * @param millis when it happened, in milliseconds since the epoch
 */
record Event(int number, int key, long millis) {}
