/**
 * An engine for tests. Its two workers share no object with each other or with the loop: plan,
 * settings, headers, reports, metrics, failures and what they resume from are serialized, every
 * block is encoded and decoded, and each worker writes the data files of what it has captured. So
 * whatever passes on it does not depend on being in one process.
 *
 * <p>Imports engine, stage, plan, block, checkpoint and time of the executor. Found as {@code
 * --engine=encoded}.
 */
package dev.microbatch.encoded;
