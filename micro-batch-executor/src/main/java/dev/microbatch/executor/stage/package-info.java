/**
 * The stage program: what one stage does in one partition in one batch. All of Beam's semantics
 * lives below this room; engines only decide where programs run and how blocks travel between them.
 *
 * <p>Imports {@code block}, {@code enforce}, {@code log}, {@code memory}, {@code metrics}, {@code
 * operator}, {@code plan}, {@code source}, {@code state}, {@code time} and {@code view}. Engines
 * drive it.
 */
package dev.microbatch.executor.stage;
