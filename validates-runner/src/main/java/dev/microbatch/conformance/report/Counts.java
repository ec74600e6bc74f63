package dev.microbatch.conformance.report;

import dev.microbatch.conformance.worker.Verdict;
import java.util.Collection;

/**
 * How many of some tests passed, failed and were not run.
 *
 * @param passed ran and held
 * @param failed ran and did not hold, or did not end
 * @param skipped did not run
 */
public record Counts(int passed, int failed, int skipped) {

  /** Counts results. */
  public static Counts of(Collection<TestResult> results) {
    return new Counts(
        count(results, Verdict.PASSED),
        count(results, Verdict.FAILED),
        count(results, Verdict.SKIPPED));
  }

  private static int count(Collection<TestResult> results, Verdict verdict) {
    return (int) results.stream().filter(r -> r.status().verdict() == verdict).count();
  }

  /** Returns how many were run. */
  public int executed() {
    return passed + failed;
  }

  /** Returns the line that ends a run: {@code 397 passed, 0 failed, 16 skipped}. */
  @Override
  public String toString() {
    return "%d passed, %d failed, %d skipped".formatted(passed, failed, skipped);
  }
}
