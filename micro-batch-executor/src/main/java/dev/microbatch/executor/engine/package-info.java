/**
 * Where stage programs run and how blocks travel between them: what an {@link
 * dev.microbatch.executor.engine.Engine} is, how one is found, and the one of this process. An
 * engine is small: it knows threads and queues, and nothing of Beam's semantics.
 *
 * <p>Imports stage, block, plan, state, time and log, checkpoint for the files of commits, and
 * operator for the names of steps in failures. The loop drives it.
 */
package dev.microbatch.executor.engine;
