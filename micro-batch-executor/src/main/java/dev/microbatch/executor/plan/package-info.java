/**
 * The plan: what the executor is asked to run. Stages of fused steps and the exchanges between
 * them, as immutable, serializable records without behaviour beyond validation.
 *
 * <p>Imports nothing of the executor. Knows Beam's user-defined-function types (DoFn, Coder,
 * WindowFn, sources), never its {@code Pipeline}. Translation writes it; stages and the loop read
 * it.
 */
package dev.microbatch.executor.plan;
