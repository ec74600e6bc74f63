/** Streams with little or nothing to do, for measuring what a pipeline takes that waits. */
package dev.microbatch.benchmarks.idle;
