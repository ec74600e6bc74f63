/**
 * How much memory things take, and where they go when there is not enough: the {@link
 * dev.microbatch.executor.memory.Weigher} estimates what a value keeps on the heap, a {@link
 * dev.microbatch.executor.memory.MemoryBudget} bounds what is kept, the {@link
 * dev.microbatch.executor.memory.HeapAlarm} finds out when the estimates were wrong, and a {@link
 * dev.microbatch.executor.memory.SpillDirectory} holds what has left.
 *
 * <p>Imports {@code log} and {@code time}. Knows Beam's coders only. Whoever holds values between
 * two records enters here.
 */
package dev.microbatch.executor.memory;
