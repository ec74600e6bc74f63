/**
 * How much memory things take: the {@link dev.microbatch.executor.memory.Weigher} estimates what a
 * value keeps on the heap.
 *
 * <p>Imports nothing of the executor. Knows Beam's coders only. Whoever holds values between two
 * records enters here.
 */
package dev.microbatch.executor.memory;
