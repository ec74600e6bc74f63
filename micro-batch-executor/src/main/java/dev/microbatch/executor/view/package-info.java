/**
 * Side inputs: a pane of a view as it is broadcast, and what one partition has received of it.
 *
 * <p>Imports {@code block}, {@code combine}, {@code state} and {@code time}. Operators read it.
 */
package dev.microbatch.executor.view;
