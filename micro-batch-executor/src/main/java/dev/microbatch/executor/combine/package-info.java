/**
 * Values combined by key, in columns: an index that numbers keys, and accumulators by that number.
 * Combiners that everybody uses keep their accumulators as primitives.
 *
 * <p>Imports nothing of the executor. Group tables and the combining in front of an exchange enter
 * here.
 */
package dev.microbatch.executor.combine;
