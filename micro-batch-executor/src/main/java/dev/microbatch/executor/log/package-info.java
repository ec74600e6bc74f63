/** Warnings that are seen even where nobody has set up logging. Imports nothing of the executor. */
package dev.microbatch.executor.log;
