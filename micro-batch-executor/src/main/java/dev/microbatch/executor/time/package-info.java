/**
 * Time as the executor sees it: the injected clock, watermarks as milliseconds, and the multiset of
 * watermark holds.
 *
 * <p>Imports nothing of the executor. The one room that may read the machine's clock.
 */
package dev.microbatch.executor.time;
