/**
 * Runs Beam's own test suites on a runner, in every mode, and says how the runner fared.
 *
 * <p>{@link dev.microbatch.conformance.Conformance} is the way in. Below it, {@code suite} knows
 * which tests there are, {@code worker} runs one of them in another JVM, {@code report} keeps what
 * came out.
 */
package dev.microbatch.conformance;
