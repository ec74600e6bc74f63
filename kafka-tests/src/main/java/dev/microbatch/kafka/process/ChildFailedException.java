package dev.microbatch.kafka.process;

/** A child JVM ended although nobody asked it to, or did not do what it was started for. */
public final class ChildFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates one.
   *
   * @param problem which child, and what is wrong with it
   * @param child its log ends the message
   */
  public ChildFailedException(String problem, JavaProcess child) {
    super(problem + "; its log " + child.log() + " ends with\n" + child.logTail());
  }
}
