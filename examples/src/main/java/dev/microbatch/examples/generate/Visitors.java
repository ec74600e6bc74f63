package dev.microbatch.examples.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Those who visit the site, and what they ask for. Visitors differ in how often they come (by
 * {@link Zipf}); a visit is a dozen requests within minutes; the same visitor may come again hours
 * later. Times are nearly in order: one request in twenty is logged up to three seconds late, as
 * servers do that log an answer when it is sent. Not thread-safe.
 */
final class Visitors {
  private static final int REQUESTS_PER_MINUTE_AND_VISIT = 4;
  private static final double END_OF_VISIT = 1.0 / 12;
  private static final double LATE = 0.05;
  private static final double STRANGE = 0.003;

  /** 1 May 2026, 06:00 UTC, in milliseconds since 1970. */
  private static final double START_MILLIS = 1_777_615_200_000.0;

  private static final List<String> AGENTS =
      List.of(
          "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
              + " Chrome/139.0.0.0 Safari/537.36",
          "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko)"
              + " Version/18.1 Safari/605.1.15",
          "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko)"
              + " Chrome/139.0.0.0 Mobile Safari/537.36",
          "ExampleBot/2.1 (+https://bot.example.org/about)",
          "quoting \\\"robot\\\" 200 17 \\\"-\\\"",
          "curl/8.14.1",
          "-");
  private static final List<String> REFERERS =
      List.of(
          "-",
          "https://www.example.com/",
          "https://search.example.net/?q=micro+batch",
          "https://news.example.org/item?id=4711");

  /**
   * What port scanners and broken clients send: valid entries all the same, of refused requests.
   */
  private static final List<String> STRANGE_REQUESTS =
      List.of("\\x16\\x03\\x01\\x02", "-", "GET /a\\\"b\\\" HTTP/1.1", "");

  private final Chance chance;
  private final Zipf popularity;
  private final double meanMillis;
  private final int visitsAtATime;
  private final Site site = new Site();
  private final List<Visit> visits = new ArrayList<>();
  private double nowMillis = START_MILLIS;

  /**
   * Visitors of a site.
   *
   * @param chance decides what they do
   * @param clients how many there are
   * @param requestsPerMinute how much they ask for together, on average
   */
  Visitors(Chance chance, int clients, int requestsPerMinute) {
    this.chance = chance;
    this.popularity = new Zipf(clients, 1.0);
    this.meanMillis = 60_000.0 / requestsPerMinute;
    this.visitsAtATime = Math.max(1, requestsPerMinute / REQUESTS_PER_MINUTE_AND_VISIT);
  }

  /** The next request. */
  Request next() {
    nowMillis += chance.waitingTime(meanMillis);
    while (visits.size() < visitsAtATime) {
      visits.add(newVisit());
    }
    int index = chance.below(visits.size());
    Request request = request(visits.get(index));
    if (chance.of(END_OF_VISIT)) {
      visits.set(index, newVisit());
    }
    return request;
  }

  private Visit newVisit() {
    int client = popularity.next(chance);
    String user = chance.of(0.05) ? "user" + client % 100 : "-";
    return new Visit(address(client), user, chance.oneOf(AGENTS), chance.oneOf(REFERERS));
  }

  private Request request(Visit visit) {
    long late = chance.of(LATE) ? chance.below(3_000) : 0;
    long second = ((long) nowMillis - late) / 1_000;
    if (chance.of(STRANGE)) {
      return new Request(
          visit.client, "-", second, chance.oneOf(STRANGE_REQUESTS), 400, 226, "-", "-");
    }
    Site.Page page = site.choose(chance);
    int status = Site.status(chance);
    String line = (chance.of(0.04) ? "POST " : "GET ") + page.path() + " HTTP/1.1";
    long bytes = Site.bytes(page, status, chance);
    String referer = visit.referer;
    visit.referer = "https://www.example.com" + page.path();
    return new Request(
        visit.client, visit.user, second, line, status, bytes, referer, visit.userAgent);
  }

  /** A name of its own for each client: mostly IPv4, some IPv6, some resolved. */
  private static String address(int client) {
    // An odd factor is a bijection of the 24 bits that follow the 10, so no two clients share one.
    int bits = (client * 0x9E3779B1) & 0xFFFFFF;
    return switch (client % 10) {
      case 3 -> String.format(Locale.ROOT, "2001:db8::%x:%x", bits >>> 16, bits & 0xFFFF);
      case 7 -> "host-" + client + ".example.net";
      default -> "10." + (bits >>> 16) + "." + (bits >>> 8 & 0xFF) + "." + (bits & 0xFF);
    };
  }

  private static final class Visit {
    private final String client;
    private final String user;
    private final String userAgent;
    private String referer;

    private Visit(String client, String user, String userAgent, String referer) {
      this.client = client;
      this.user = user;
      this.userAgent = userAgent;
      this.referer = referer;
    }
  }
}
