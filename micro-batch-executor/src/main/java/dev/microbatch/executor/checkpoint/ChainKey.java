package dev.microbatch.executor.checkpoint;

/** Whose chain it is. */
record ChainKey(String step, int partition) {}
