/** Streams that keep one entry per record, for measuring how much heap an entry takes. */
package dev.microbatch.benchmarks.heap;
