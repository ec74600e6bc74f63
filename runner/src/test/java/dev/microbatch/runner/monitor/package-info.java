/**
 * What whole pipelines tell of themselves: whether figures add up, and whether the sentence that
 * says what a pipeline waits for names the cause.
 */
package dev.microbatch.runner.monitor;
