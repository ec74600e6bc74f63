package dev.microbatch.examples.log;

import java.util.HashMap;
import java.util.Map;

/**
 * Replaces equal strings by one of them. The sets of clients of many windows then hold one copy of
 * each name instead of one per request.
 */
final class SharedStrings {
  private static final int LIMIT = 1 << 16;

  private final Map<String, String> strings = new HashMap<>();

  String share(String string) {
    String known = strings.get(string);
    if (known != null) {
      return known;
    }
    if (strings.size() == LIMIT) {
      strings.clear();
    }
    strings.put(string, string);
    return string;
  }
}
