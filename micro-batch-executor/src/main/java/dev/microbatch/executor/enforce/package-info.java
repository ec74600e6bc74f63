/**
 * Checks, in tests, of what Beam demands of user code: that every value can be encoded, and that no
 * value is changed once it has been handed over. A step that is not to be checked costs nothing:
 * the checks are receivers and operators around its own.
 *
 * <p>Imports {@code block}, {@code operator} and {@code plan}. Stages build it in.
 */
package dev.microbatch.executor.enforce;
