package dev.microbatch.examples.log;

/**
 * One request, as an access log tells it.
 *
 * @param client who asked: an address or a host name
 * @param time when the server received the request, milliseconds since 1970 in UTC
 * @param status the status of the answer, 100 to 599
 * @param bytes size of the answer without its headers
 */
public record AccessRecord(String client, long time, int status, long bytes) {}
