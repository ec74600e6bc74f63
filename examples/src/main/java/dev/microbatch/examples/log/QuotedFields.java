package dev.microbatch.examples.log;

/**
 * Looks at the quotes of a line before the parser does, whose pattern takes any quote for the end
 * of a field. That would go wrong in two ways: a request or user agent that contains escaped quotes
 * could pose as the fields that follow it, and the time to find that a line does not match would
 * grow with a power of the number of quotes, up to minutes for a single line.
 *
 * <p>Not thread-safe: reuses its buffer.
 */
final class QuotedFields {
  private static final int COMMON = 2;
  private static final int COMBINED = 6;

  private final StringBuilder buffer = new StringBuilder();

  /**
   * The line with every escaped quote in the other notation that servers use for it, {@code \x22}.
   *
   * @throws MalformedLineException if the line does not have the quotes of either format
   */
  String normalize(String line) throws MalformedLineException {
    buffer.setLength(0);
    int quotes = 0;
    int copied = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quotes++;
      } else if (c == '\\' && i + 1 < line.length()) {
        i++;
        if (line.charAt(i) == '"') {
          buffer.append(line, copied, i).append("x22");
          copied = i + 1;
        }
      }
    }
    if (quotes != COMMON && quotes != COMBINED) {
      throw new MalformedLineException(
          "quotes: %d, but the Common Log Format has %d and the Combined %d"
              .formatted(quotes, COMMON, COMBINED));
    }
    return copied == 0 ? line : buffer.append(line, copied, line.length()).toString();
  }
}
