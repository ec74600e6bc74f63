/**
 * What came out: results as JSON, the recorded numbers that must not shrink, and the scoreboard.
 * Imports {@code suite} and {@code worker}.
 */
package dev.microbatch.conformance.report;
