/**
 * Reading from outside the pipeline: bounded and unbounded splits, Impulse, and the script of a
 * TestStream, each in one partition and in portions that the loop admits.
 *
 * <p>Imports {@code block}, {@code checkpoint}, {@code log}, {@code plan}, {@code state} and {@code
 * time}. Stages drive it.
 */
package dev.microbatch.executor.source;
