package dev.microbatch.conformance.worker;

/** How a test ended. */
public enum Status {
  /** It ran and held. */
  PASSED(Verdict.PASSED),
  /** It ran and an assertion or an exception ended it. */
  FAILED(Verdict.FAILED),
  /** It ran longer than allowed, and its JVM was killed. */
  TIMED_OUT(Verdict.FAILED),
  /** Its JVM ended while it ran. */
  CRASHED(Verdict.FAILED),
  /** It was not run: {@code exclusions.json} names it. */
  EXCLUDED(Verdict.SKIPPED),
  /** It was not run: it is annotated with {@code @Ignore}. */
  IGNORED(Verdict.SKIPPED),
  /** It gave itself up: one of its assumptions did not hold. */
  ASSUMPTION_FAILED(Verdict.SKIPPED);

  private final Verdict verdict;

  Status(Verdict verdict) {
    this.verdict = verdict;
  }

  /** Returns what it counts as. */
  public Verdict verdict() {
    return verdict;
  }
}
