package dev.microbatch.examples.generate;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The true figures of a log, counted while it is made from what the lines mean, not from what they
 * say. Mutable, not thread-safe.
 */
public final class Totals {
  private long lines;
  private long requests;
  private long bytes;
  private final Set<String> clients = new HashSet<>();
  private final Map<Integer, Long> statuses = new TreeMap<>();
  private final Map<Damage, Long> malformed = new TreeMap<>();

  /** Counts a line. */
  public void add(LogLine line) {
    lines++;
    Request request = line.request();
    if (request == null) {
      malformed.merge(line.damage(), 1L, Long::sum);
      return;
    }
    requests++;
    bytes += request.bytes();
    clients.add(request.client());
    statuses.merge(request.status(), 1L, Long::sum);
  }

  /** The figures so far. */
  public Figures figures() {
    return new Figures(
        lines,
        lines - requests,
        requests,
        bytes,
        clients.size(),
        new TreeMap<>(statuses),
        new TreeMap<>(malformed));
  }

  /**
   * Figures of a log.
   *
   * @param lines all its lines
   * @param malformed lines that are no entries
   * @param requests lines that are
   * @param bytes sum of the sizes of the answers
   * @param distinctClients clients that sent at least one request
   * @param requestsByStatus requests by the status of the answer
   * @param malformedByKind malformed lines by what is wrong with them
   */
  public record Figures(
      long lines,
      long malformed,
      long requests,
      long bytes,
      long distinctClients,
      Map<Integer, Long> requestsByStatus,
      Map<Damage, Long> malformedByKind) {}
}
