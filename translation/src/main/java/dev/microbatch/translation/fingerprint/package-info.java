/**
 * What of a plan has to stay the same for a checkpoint to be restored into it, and how two plans
 * differ in this. Imports the executor's plan and Beam.
 */
package dev.microbatch.translation.fingerprint;
