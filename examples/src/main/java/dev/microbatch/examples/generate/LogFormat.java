package dev.microbatch.examples.generate;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The formats of access logs. */
public enum LogFormat {
  /** Client, user, time, request, status, bytes. */
  COMMON(false),

  /** The same, then referer and user agent. */
  COMBINED(true);

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.ENGLISH)
          // Not UTC, so that a reader which forgets the zone gets other figures.
          .withZone(ZoneOffset.ofHours(2));

  private final boolean withAgent;

  LogFormat(boolean withAgent) {
    this.withAgent = withAgent;
  }

  /** The entry of a request, without line end. */
  String entry(Request request) {
    return entry(request, time(request), Integer.toString(request.status()), bytes(request));
  }

  /** The entry of a request, but with another time, status and size. */
  String entry(Request request, String time, String status, String bytes) {
    StringBuilder entry = new StringBuilder(256);
    entry.append(request.client()).append(" - ").append(request.user());
    entry.append(" [").append(time).append("] \"").append(request.line()).append("\" ");
    entry.append(status).append(' ').append(bytes);
    if (withAgent) {
      entry.append(" \"").append(request.referer()).append("\" \"");
      entry.append(request.userAgent()).append('"');
    }
    return entry.toString();
  }

  static String time(Request request) {
    return TIME.format(Instant.ofEpochSecond(request.second()));
  }

  static String bytes(Request request) {
    return request.bytes() == 0 ? "-" : Long.toString(request.bytes());
  }
}
