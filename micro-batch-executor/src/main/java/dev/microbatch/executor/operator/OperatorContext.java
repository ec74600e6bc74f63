package dev.microbatch.executor.operator;

import dev.microbatch.executor.time.Clock;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.DoFn.BundleFinalizer;

/**
 * What an operator may know of its surroundings.
 *
 * @param stepName Beam's unique name of the step
 * @param options the pipeline's options, for user code
 * @param metrics where user code of this step and partition counts
 * @param clock processing time, and for measuring how long things take
 * @param finalizer takes callbacks to be run after the commit that contains the current bundle
 */
public record OperatorContext(
    String stepName,
    PipelineOptions options,
    MetricsContainer metrics,
    Clock clock,
    BundleFinalizer finalizer) {}
