/**
 * The pipelines with which runners are compared: one small class per workload, the generators of
 * its data, the check of its result, and the same program written by hand. {@link
 * dev.microbatch.benchmarks.pipelines.Main} runs one on the runner of the class path, {@link
 * dev.microbatch.benchmarks.pipelines.Compare} runs several on several.
 *
 * <p>Imports Beam's SDK only, and of it only what its older versions have too.
 */
package dev.microbatch.benchmarks.pipelines;
