package dev.microbatch.examples;

import dev.microbatch.examples.generate.Request;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** The lines that a report must have, sorted, computed from requests with plain Java streams. */
final class ExpectedReport {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final List<Request> requests;

  ExpectedReport(List<Request> requests) {
    this.requests = requests;
  }

  /** Lines of windows that are {@code size} seconds long and begin every {@code period} seconds. */
  List<String> windows(long size, long period) {
    TreeMap<Long, List<Request>> byStart = new TreeMap<>();
    for (Request request : requests) {
      long lastStart = request.second() / period * period;
      LongStream.iterate(lastStart, start -> start > request.second() - size, s -> s - period)
          .forEach(start -> byStart.computeIfAbsent(start, s -> new ArrayList<>()).add(request));
    }
    return byStart.entrySet().stream()
        .map(window -> window(window.getKey(), size, window.getValue()))
        .sorted()
        .toList();
  }

  /** Lines of sessions that end when a client is silent for {@code gap} seconds. */
  List<String> sessions(long gap) {
    List<String> lines = new ArrayList<>();
    requests.stream()
        .collect(Collectors.groupingBy(Request::client))
        .forEach((client, own) -> addSessions(client, own, gap, lines));
    lines.sort(null);
    return lines;
  }

  private static void addSessions(
      String client, List<Request> requests, long gap, List<String> lines) {
    List<Long> session = new ArrayList<>();
    for (long second : requests.stream().mapToLong(Request::second).sorted().toArray()) {
      if (!session.isEmpty() && second - session.get(session.size() - 1) >= gap) {
        lines.add(session(client, session));
        session.clear();
      }
      session.add(second);
    }
    lines.add(session(client, session));
  }

  private static String window(long start, long size, List<Request> requests) {
    return String.format(
        Locale.ROOT,
        "{\"start\":\"%s\",\"end\":\"%s\",\"requests\":%d,\"meanBytes\":%s,"
            + "\"distinctClients\":%d,\"errorRate\":%s}",
        time(start),
        time(start + size),
        requests.size(),
        (double) requests.stream().mapToLong(Request::bytes).sum() / requests.size(),
        requests.stream().map(Request::client).distinct().count(),
        (double) requests.stream().filter(request -> request.status() >= 400).count()
            / requests.size());
  }

  private static String session(String client, List<Long> seconds) {
    long first = seconds.get(0);
    long last = seconds.get(seconds.size() - 1);
    return String.format(
        Locale.ROOT,
        "{\"client\":\"%s\",\"first\":\"%s\",\"last\":\"%s\",\"seconds\":%d,\"requests\":%d}",
        client,
        time(first),
        time(last),
        last - first,
        seconds.size());
  }

  private static String time(long second) {
    return TIME.format(Instant.ofEpochSecond(second));
  }
}
