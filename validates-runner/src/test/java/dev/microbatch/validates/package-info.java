/** Runs the conformance suites of Beam on this runner. */
package dev.microbatch.validates;
