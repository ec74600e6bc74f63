package dev.microbatch.examples.generate;

import java.util.List;

/** An endless access log, line by line. Not thread-safe. */
public final class AccessLog {
  private static final List<Damage> DAMAGES = List.of(Damage.values());

  private final LogFormat format;
  private final double malformed;
  private final Visitors visitors;

  // Apart from what the visitors do, so that damage does not change the requests that follow.
  private final Chance damageChance;

  /**
   * A log.
   *
   * @param seed the same seed gives the same log
   * @param format of its entries
   * @param malformed share of lines that are no entries, 0 to 1
   * @param clients how many clients there are
   * @param requestsPerMinute how many requests they send together, on average
   */
  public AccessLog(
      long seed, LogFormat format, double malformed, int clients, int requestsPerMinute) {
    this.format = format;
    this.malformed = malformed;
    this.visitors = new Visitors(new Chance(seed), clients, requestsPerMinute);
    this.damageChance = new Chance(~seed);
  }

  /** The next line. */
  public LogLine next() {
    Request request = visitors.next();
    if (damageChance.of(malformed)) {
      Damage damage = damageChance.oneOf(DAMAGES);
      return new LogLine(damage.apply(request, format, damageChance), null, damage);
    }
    return new LogLine(format.entry(request), request, null);
  }
}
