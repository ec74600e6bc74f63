package dev.microbatch.conformance.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Some tests of a suite: all of them, those of a category, or those of none.
 *
 * @param name as shown
 * @param tests how many there are
 * @param members which tests of the suite they are
 */
record Tally(String name, int tests, Predicate<TestResult> members) {

  /** Every test of a suite has them: they say nothing about it. */
  private static final Set<String> SUITES = Set.of("ValidatesRunner", "NeedsRunner");

  /** Returns the tallies of a suite: all, the categories by falling number of tests, the rest. */
  static List<Tally> of(Collection<TestResult> results) {
    Map<String, Integer> categories = new TreeMap<>();
    for (TestResult result : results) {
      for (String category : result.categories()) {
        if (!SUITES.contains(category)) {
          categories.merge(category, 1, Integer::sum);
        }
      }
    }
    List<Tally> tallies = new ArrayList<>();
    categories.forEach(
        (category, tests) ->
            tallies.add(new Tally(category, tests, test -> test.categories().contains(category))));
    tallies.sort(Comparator.comparing(Tally::tests).reversed().thenComparing(Tally::name));
    tallies.add(0, new Tally("all", results.size(), test -> true));
    Predicate<TestResult> plain = test -> SUITES.containsAll(test.categories());
    tallies.add(new Tally("no category", (int) results.stream().filter(plain).count(), plain));
    return tallies;
  }

  /** Counts these tests in a run. */
  Counts in(RunResult run) {
    return Counts.of(run.tests().stream().filter(members).toList());
  }
}
