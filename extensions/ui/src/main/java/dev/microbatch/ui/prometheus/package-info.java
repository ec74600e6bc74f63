/**
 * Metrics for Prometheus, made of what is known at the moment when they are asked for. Imports
 * {@code http} and {@code watch}.
 */
package dev.microbatch.ui.prometheus;
