package dev.microbatch.executor.batch;

import org.apache.beam.runners.core.metrics.MetricsContainerStepMap;

/**
 * Where the loop stands at a commit.
 *
 * @param batch the number of the batch: that of the commit
 * @param processingTime the processing time of the batch, in milliseconds since the epoch
 * @param clockMillis what the pipeline's clock says behind the batch, in milliseconds
 * @param nextScript whose turn it is among several TestStreams
 * @param draining whether the pipeline is being drained
 * @param complete whether the pipeline has come to its end
 * @param metrics what has been counted until now
 */
record CommitPoint(
    long batch,
    long processingTime,
    long clockMillis,
    int nextScript,
    boolean draining,
    boolean complete,
    MetricsContainerStepMap metrics) {}
