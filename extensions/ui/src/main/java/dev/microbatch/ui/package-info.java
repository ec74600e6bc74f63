/**
 * Shows running pipelines over HTTP: a page, an API and metrics. What is here ties together {@code
 * http}, {@code watch}, {@code api} and {@code prometheus}: one server for all pipelines of a
 * process, from the first start to the last end.
 */
package dev.microbatch.ui;
