/**
 * What of a plan has to stay the same for a checkpoint to be restored into it, and how two plans
 * differ in this; and by what their sources are known. Imports the executor's plan and clock, the
 * names of steps, and Beam.
 */
package dev.microbatch.translation.fingerprint;
