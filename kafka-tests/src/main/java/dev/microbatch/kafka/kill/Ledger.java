package dev.microbatch.kafka.kill;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Holds what a topic has against what it should have.
 *
 * <p>Not thread-safe.
 */
final class Ledger {
  /** How many differences of each kind are kept word by word. */
  private static final int SAMPLE = 10;

  private final String name;
  private final Expectation expected;
  private final BitSet seen = new BitSet();
  private final List<String> differences = new ArrayList<>();
  private int events;
  private int right;
  private int duplicates;
  private int wrong;

  /**
   * Creates an empty one.
   *
   * @param name what the results are, in plural
   * @param expected what should be there
   */
  Ledger(String name, Expectation expected) {
    this.name = name;
    this.expected = expected;
  }

  /** Takes one more event into account; must come before the results that it leads to. */
  void expect(Event event) {
    expected.add(event);
    events++;
  }

  /**
   * Enters a result that the topic has.
   *
   * @param result the result
   * @param where its place in the topic, for the description of a difference
   */
  void enter(Result result, String where) {
    int event = eventOf(result);
    Optional<Result> wanted = event < 0 ? Optional.empty() : expected.of(event);
    if (!wanted.equals(Optional.of(result))) {
      wrong++;
      note(
          wrong,
          "wrong: "
              + result
              + wanted.map(w -> " instead of " + w).orElse(", which belongs to no event"),
          where);
    } else if (seen.get(event)) {
      duplicates++;
      note(duplicates, "once more: " + result, where);
    } else {
      seen.set(event);
      right++;
    }
  }

  private int eventOf(Result result) {
    try {
      long event = expected.eventOf(result);
      return event >= 0 && event < events ? (int) event : -1;
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      return -1;
    }
  }

  private void note(int count, String difference, String where) {
    if (count <= SAMPLE) {
      differences.add(name + " " + difference + " (" + where + ")");
    }
  }

  /** Returns whether every expected result is there. */
  boolean isComplete() {
    return right == expected.size();
  }

  /** Returns how many expected results have been seen. */
  int right() {
    return right;
  }

  /** Returns how many events there are up to the last one whose result has been seen. */
  int through() {
    return seen.length();
  }

  /** Returns the figures so far. What is not there counts as lost, so ask at the end. */
  Tally tally() {
    return new Tally(name, expected.size(), right, expected.size() - right, duplicates, wrong);
  }

  /** Returns the first duplicates and the first wrong results. */
  List<String> differences() {
    return List.copyOf(differences);
  }

  /** Returns the first expected results that are not there. */
  List<String> losses() {
    return IntStream.range(0, events)
        .filter(event -> !seen.get(event))
        .mapToObj(expected::of)
        .flatMap(Optional::stream)
        .limit(SAMPLE)
        .map(result -> name + " lost: " + result)
        .toList();
  }

  /**
   * The figures of a ledger.
   *
   * @param name what the results are
   * @param expected how many there should be
   * @param right how many of these are there
   * @param lost how many of these are not
   * @param duplicates how many are there although they had been there already
   * @param wrong how many are there that should not
   */
  record Tally(String name, int expected, int right, int lost, int duplicates, int wrong) {
    boolean isClean() {
      return lost == 0 && duplicates == 0 && wrong == 0;
    }
  }
}
