/**
 * Keyed state: the values, timers and watermark holds of one stage in one partition, with the
 * change tracking that makes a commit as small as what has changed.
 *
 * <p>Imports block and time, and Beam's runners-core for the interfaces that its own code asks for
 * (StateInternals, TimerInternals). Operators read and write it; the checkpoint freezes it.
 */
package dev.microbatch.executor.state;
