/**
 * The micro-batch loop: admits, runs, commits, until every watermark has reached the end of time.
 *
 * <p>Imports engine, stage, plan and time. The runner starts it; nothing below knows it.
 */
package dev.microbatch.executor.batch;
