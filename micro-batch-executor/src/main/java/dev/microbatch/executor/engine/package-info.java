/**
 * Where stage programs run and how blocks travel between them. An engine is small: it knows threads
 * and queues, and nothing of Beam's semantics.
 *
 * <p>Imports stage, block and plan. The loop drives it.
 */
package dev.microbatch.executor.engine;
