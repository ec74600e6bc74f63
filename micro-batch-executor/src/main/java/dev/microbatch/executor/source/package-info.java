/**
 * Reading from outside the pipeline: bounded and unbounded splits, Impulse, and the script of a
 * TestStream, each in one partition and in portions that the loop admits.
 *
 * <p>Imports block and time, and Beam's source types. Stages drive it.
 */
package dev.microbatch.executor.source;
