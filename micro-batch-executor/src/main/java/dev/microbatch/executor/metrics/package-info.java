/**
 * Metrics: what steps count in, and what they have counted in all partitions, attempted and
 * committed.
 *
 * <p>Imports nothing of the executor. Knows Beam's metrics only. Stage programs count, the loop
 * commits, the runner reads.
 */
package dev.microbatch.executor.metrics;
