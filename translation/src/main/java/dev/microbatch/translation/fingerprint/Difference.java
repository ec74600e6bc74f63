package dev.microbatch.translation.fingerprint;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One thing in which a plan differs from the one that a checkpoint was written by.
 *
 * @param kind what happened to it
 * @param step Beam's unique name of the step
 * @param cell what of the step's state, or null if it is the step as a whole
 * @param stored its form in the checkpoint, or null if it is not there
 * @param wanted its form in the plan, or null if it is not there
 */
public record Difference(
    Kind kind,
    String step,
    @Nullable String cell,
    @Nullable String stored,
    @Nullable String wanted) {

  /** What happened. */
  public enum Kind {
    /** It is new, and starts with nothing. */
    ADDED,
    /** It is gone, and kept nothing. */
    REMOVED,
    /** It is gone, and what it kept would be lost. */
    LOST,
    /** It keeps something else than before, which cannot be read from the checkpoint. */
    CHANGED,
    /** It kept something in a form that only older versions of the executor can read. */
    RETIRED
  }

  /** Whether the checkpoint can be restored in spite of it. */
  public boolean isCompatible() {
    return kind == Kind.ADDED || kind == Kind.REMOVED;
  }

  /** A sentence for people. */
  @Override
  public String toString() {
    String what = cell == null ? "step " + step : cell + " of step " + step;
    return switch (kind) {
      case ADDED -> what + " is new";
      case REMOVED -> what + " is gone";
      case LOST -> what + " is gone, but the checkpoint holds its state: " + stored;
      case CHANGED -> what + " has changed: stored " + stored + ", wanted " + wanted;
      case RETIRED ->
          "step "
              + step
              + " was run by a version that grouped with Beam's general machinery, and this one"
              + " cannot read what that keeps: drain the pipeline with the version that wrote the"
              + " checkpoint, then start this one in another checkpoint directory";
    };
  }
}
