package dev.microbatch.examples.log;

import java.util.HashSet;
import java.util.Set;

/** What {@link TrafficFn} keeps of the requests so far. Mutable, not thread-safe. */
final class TrafficAccumulator {
  private long requests;
  private long bytes;
  private long clientErrors;
  private long serverErrors;
  private final Set<String> clients;

  TrafficAccumulator() {
    clients = new HashSet<>();
  }

  /**
   * An accumulator with content.
   *
   * @param counts of which the number of clients is not looked at
   * @param clients becomes a part of this accumulator
   */
  TrafficAccumulator(Traffic counts, Set<String> clients) {
    this.requests = counts.requests();
    this.bytes = counts.bytes();
    this.clientErrors = counts.clientErrors();
    this.serverErrors = counts.serverErrors();
    this.clients = clients;
  }

  void add(AccessRecord request) {
    requests++;
    bytes += request.bytes();
    if (request.status() >= 500) {
      serverErrors++;
    } else if (request.status() >= 400) {
      clientErrors++;
    }
    clients.add(request.client());
  }

  void addAll(TrafficAccumulator other) {
    requests += other.requests;
    bytes += other.bytes;
    clientErrors += other.clientErrors;
    serverErrors += other.serverErrors;
    clients.addAll(other.clients);
  }

  Traffic toTraffic() {
    return new Traffic(requests, bytes, clientErrors, serverErrors, clients.size());
  }

  /** The distinct clients, not to be changed. */
  Set<String> clients() {
    return clients;
  }
}
