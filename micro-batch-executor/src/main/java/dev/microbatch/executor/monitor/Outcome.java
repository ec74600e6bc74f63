package dev.microbatch.executor.monitor;

/** How a pipeline has ended. */
public enum Outcome {
  /** Everything has been worked off. */
  DONE("is done"),
  /** It was given up. */
  CANCELLED("was cancelled"),
  /** It has committed, and can resume later. */
  STOPPED("has stopped, and can resume from its last commit"),
  /** Something was thrown that it could not go on with. */
  FAILED("has failed");

  private final String text;

  Outcome(String text) {
    this.text = text;
  }

  /** The same as a sentence without its subject. */
  public String text() {
    return text;
  }
}
