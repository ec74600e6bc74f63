/**
 * Records on their way: a value with its {@link dev.microbatch.executor.block.Meta}, the {@link
 * dev.microbatch.executor.block.Receiver} that takes it inside a stage, and the {@link
 * dev.microbatch.executor.block.Block} that carries many of them from one stage to the next, by
 * reference or as bytes ({@link dev.microbatch.executor.block.BlockCodec}).
 *
 * <p>Imports {@code time}. Knows Beam's value types only. Every other room of the executor enters
 * here.
 */
package dev.microbatch.executor.block;
