/**
 * Reads of unbounded sources that end after a number of records or a time. Beam's own expansion
 * holds a thread for as long as each split reads; here they are read like any unbounded source.
 *
 * <p>Imports Beam and the executor's clock. {@link
 * dev.microbatch.translation.limited.LimitedReadOverride} is the way in.
 */
package dev.microbatch.translation.limited;
