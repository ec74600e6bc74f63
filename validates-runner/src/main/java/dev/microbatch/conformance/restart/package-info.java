/**
 * Runs the pipelines of tests with a commit, a tear-down and a restore from files after every
 * batch.
 *
 * <p>Imports the runner under test. The forks that run tests load it by its name.
 */
package dev.microbatch.conformance.restart;
