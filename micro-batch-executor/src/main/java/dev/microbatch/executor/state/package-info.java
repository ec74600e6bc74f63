/**
 * What one stage keeps in one partition: values, timers and watermark holds by key, tables of
 * groups, and records that wait, with the change tracking that makes a commit as small as what has
 * changed. A backend makes the containers.
 *
 * <p>Imports {@code block}, {@code combine}, {@code memory}, {@code spill} and {@code time}. Takes
 * from Beam's runners-core the interfaces that its own code asks for (StateInternals,
 * TimerInternals). Operators read and write it; the checkpoint freezes it.
 */
package dev.microbatch.executor.state;
