package dev.microbatch.conformance.worker;

/** What the end of a test counts as. */
public enum Verdict {
  /** It was run and held. */
  PASSED,
  /** It was run and did not hold, or did not come to an end. */
  FAILED,
  /** Nothing is known about it. */
  SKIPPED
}
