package dev.microbatch.executor.state;

import org.apache.beam.runners.core.TimerInternals.TimerData;

/**
 * A timer that is due, taken out of its store.
 *
 * @param key the key that it was set for
 * @param data what was set
 */
public record FiredTimer(KeyedState key, TimerData data) {}
