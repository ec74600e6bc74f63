/** Turns a Beam pipeline into a plan of the executor. */
package dev.microbatch.translation;
