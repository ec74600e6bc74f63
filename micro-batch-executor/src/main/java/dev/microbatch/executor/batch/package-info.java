/**
 * The micro-batch loop: admits, runs, commits, until every watermark has reached the end of time.
 *
 * <p>Imports {@code checkpoint}, {@code enforce}, {@code engine}, {@code log}, {@code memory},
 * {@code metrics}, {@code monitor}, {@code operator}, {@code plan}, {@code source}, {@code stage},
 * {@code state} and {@code time}. The runner starts it; nothing below knows it.
 */
package dev.microbatch.executor.batch;
