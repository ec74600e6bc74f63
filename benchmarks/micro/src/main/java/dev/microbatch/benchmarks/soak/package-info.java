/** A stream that could run forever, to see whether anything grows that should not. */
package dev.microbatch.benchmarks.soak;
