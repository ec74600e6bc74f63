/**
 * Groups that do not fit into memory: sorted runs in files, how they are merged, and values that
 * are read as they are iterated. Knows bytes, and not what a window or a step is.
 *
 * <p>Imports {@code memory}. Group tables enter here.
 */
package dev.microbatch.executor.spill;
