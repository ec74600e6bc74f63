package dev.microbatch.executor.source;

import java.io.Serializable;

/**
 * Where one split of an unbounded source stands.
 *
 * @param index its index among all splits of its step
 * @param name what the split calls itself, or its class
 * @param watermark what its reader says, in milliseconds
 * @param hasMore whether it had more to read than it was allowed to
 * @param idleNanos how long ago it gave a record, or was opened if it has given none, in
 *     nanoseconds
 * @param backlogBytes how much its reader knows to be unread, in bytes; {@link #UNKNOWN} if it does
 *     not say
 */
public record SplitStatus(
    int index, String name, long watermark, boolean hasMore, long idleNanos, long backlogBytes)
    implements Serializable {

  /** A backlog of which nothing is known. */
  public static final long UNKNOWN = -1;
}
