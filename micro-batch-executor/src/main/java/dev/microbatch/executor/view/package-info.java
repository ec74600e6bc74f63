/**
 * Side inputs: a pane of a view as it is broadcast, and what one partition has received of it.
 *
 * <p>Imports block and time. Operators read it.
 */
package dev.microbatch.executor.view;
