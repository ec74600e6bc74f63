/**
 * What is known of a running pipeline for whoever watches it: figures that are summed up batch by
 * batch, and one sentence that says what the pipeline waits for.
 *
 * <p>Imports {@code checkpoint}, {@code engine}, {@code operator}, {@code plan}, {@code source},
 * {@code stage}, {@code state} and {@code time}. The loop tells it, any thread reads it; nothing is
 * decided by it.
 */
package dev.microbatch.executor.monitor;
