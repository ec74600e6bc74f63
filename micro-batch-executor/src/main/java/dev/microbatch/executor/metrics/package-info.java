/**
 * Metrics: what steps have counted in all partitions, attempted and committed.
 *
 * <p>Imports nothing of the executor. Knows Beam's metrics only. The loop commits, the runner
 * reads.
 */
package dev.microbatch.executor.metrics;
