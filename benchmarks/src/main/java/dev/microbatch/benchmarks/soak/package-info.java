/** A stream that could run for ever, to see whether anything grows that should not. */
package dev.microbatch.benchmarks.soak;
