package dev.microbatch.benchmarks.pipelines;

import java.util.HashMap;
import java.util.Map;

/** How often words come, counted by hand. */
final class WordCounts {

  private final Map<String, long[]> counts = new HashMap<>();

  /** Counts the words of a line. */
  void add(String line) {
    SplitWords.split(line, word -> counts.computeIfAbsent(word, any -> new long[1])[0]++);
  }

  /** How many words there were, repetitions included. */
  long total() {
    long total = 0;
    for (long[] count : counts.values()) {
      total += count[0];
    }
    return total;
  }

  /** One element per distinct word. */
  Outcome outcome() {
    Outcome outcome = Outcome.EMPTY;
    for (Map.Entry<String, long[]> count : counts.entrySet()) {
      outcome = outcome.plus(Outcome.of(Numbers.digest(count.getKey(), count.getValue()[0])));
    }
    return outcome;
  }
}
