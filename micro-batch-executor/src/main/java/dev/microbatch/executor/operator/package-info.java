/**
 * Steps at work: one operator per step and partition. An operator takes records, calls user code or
 * aggregates, and passes its output to {@link dev.microbatch.executor.block.Receiver}s.
 *
 * <p>Imports {@code block}, {@code combine}, {@code memory}, {@code plan}, {@code state}, {@code
 * time}, {@code trigger} and {@code view}. Stages build and drive operators; nobody else does.
 */
package dev.microbatch.executor.operator;
