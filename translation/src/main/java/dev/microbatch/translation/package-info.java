/**
 * Turns a Beam {@code Pipeline} into a plan of the executor: overrides, a graph of steps, fusion.
 *
 * <p>The runner enters by {@link dev.microbatch.translation.PipelineTranslator}. Imports the rooms
 * below it, the executor's plan, and Beam.
 */
package dev.microbatch.translation;
