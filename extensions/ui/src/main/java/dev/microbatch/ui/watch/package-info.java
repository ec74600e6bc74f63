/**
 * The pipelines of this process as they are and were: figures per moment, history, and what has
 * changed since. Imports {@code http}, and of the executor and the runner what shows a pipeline.
 */
package dev.microbatch.ui.watch;
