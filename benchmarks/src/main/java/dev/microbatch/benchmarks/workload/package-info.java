/**
 * What is measured: one small class per workload, the generators of its data, and the check of its
 * result. A workload is a Beam pipeline that runs on any runner; some are also written by hand.
 *
 * <p>Imports Beam's SDK only. The harness in the package above runs workloads.
 */
package dev.microbatch.benchmarks.workload;
