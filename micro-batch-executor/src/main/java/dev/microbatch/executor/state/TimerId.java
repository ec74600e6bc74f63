package dev.microbatch.executor.state;

import org.apache.beam.sdk.state.TimeDomain;

/**
 * What tells the timers of a key and namespace apart. Whoever sets the same timer often keeps one
 * instance, which is found sooner than one that is only equal.
 *
 * @param id the timer's id
 * @param family its family; empty if it has none
 * @param domain its time domain
 */
public record TimerId(String id, String family, TimeDomain domain) {}
