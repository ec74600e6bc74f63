package dev.microbatch.examples.log;

import java.io.Serializable;

/**
 * Figures of a set of requests. Serializable because Beam keeps the figures of no requests at all
 * as a part of the pipeline; elements are encoded by {@link TrafficCoder}.
 *
 * @param requests how many
 * @param bytes sum of the sizes of the answers
 * @param clientErrors how many were answered with a status of 400 to 499
 * @param serverErrors how many were answered with a status of 500 to 599
 * @param distinctClients how many clients sent them
 */
public record Traffic(
    long requests, long bytes, long clientErrors, long serverErrors, long distinctClients)
    implements Serializable {

  /** Mean size of an answer, 0 if there are none. */
  public double meanBytes() {
    return requests == 0 ? 0 : (double) bytes / requests;
  }

  /** Share of the requests that were answered with an error, from 0 to 1. */
  public double errorRate() {
    return requests == 0 ? 0 : (double) (clientErrors + serverErrors) / requests;
  }
}
