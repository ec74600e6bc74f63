package dev.microbatch.examples.log;

/**
 * Requests of one client that follow each other closely.
 *
 * @param requests how many, 0 if there are none yet
 * @param first time of the first, milliseconds since 1970 in UTC
 * @param last time of the last, milliseconds since 1970 in UTC
 */
public record Session(long requests, long first, long last) {

  /** No requests: merged with another session it gives that session. */
  public static final Session NONE = new Session(0, Long.MAX_VALUE, Long.MIN_VALUE);

  /** This session and another request. */
  public Session add(long time) {
    return new Session(requests + 1, Math.min(first, time), Math.max(last, time));
  }

  /** The requests of both. */
  public Session merge(Session other) {
    return new Session(
        requests + other.requests, Math.min(first, other.first), Math.max(last, other.last));
  }
}
