/**
 * Where stage programs run and how blocks travel between them: what an {@link
 * dev.microbatch.executor.engine.Engine} is, how one is found, and the one of this process. An
 * engine is small: it knows threads and queues, and nothing of Beam's semantics.
 *
 * <p>Imports {@code block}, {@code checkpoint}, {@code log}, {@code metrics}, {@code operator},
 * {@code plan}, {@code stage}, {@code state} and {@code time}. The loop drives it.
 */
package dev.microbatch.executor.engine;
