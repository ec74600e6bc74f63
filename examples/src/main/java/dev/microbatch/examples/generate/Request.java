package dev.microbatch.examples.generate;

/**
 * A request as it is, before anyone writes it to a log.
 *
 * @param client address or host name
 * @param user name of the user, or {@code -}
 * @param second when it came, seconds since 1970 in UTC
 * @param line method, target and protocol, escaped as in a log
 * @param status the status of the answer
 * @param bytes size of the answer, 0 if it has no body
 * @param referer where the client came from, or {@code -}
 * @param userAgent what the client calls itself, escaped as in a log
 */
public record Request(
    String client,
    String user,
    long second,
    String line,
    int status,
    long bytes,
    String referer,
    String userAgent) {}
