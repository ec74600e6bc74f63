package dev.microbatch.runner.differential;

import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What is known about the records of a PCollection whatever its bundles were: where two correct
 * runners have to agree.
 *
 * @param windows the kind of windows
 * @param firing how often a grouping of these records fires per window
 * @param panes how much of the records' panes is determined
 * @param check how the records are compared; if not {@link Check#RECORDS}, nothing may be computed
 *     from them, because what is computed would depend on bundles
 * @param atEnd whether some may stand at the end of the global window; other windows that reach
 *     beyond it are no business of a pipeline, and DirectRunner fires them twice or not at all
 * @param size about how many records there are at most
 */
record Traits(Windows windows, Firing firing, Panes panes, Check check, boolean atEnd, int size) {

  /** Kinds of windows. */
  enum Windows {
    GLOBAL,
    /** Fixed or sliding. */
    INTERVALS,
    /** Sessions that are yet to be merged. */
    SESSIONS,
    /** Sessions after a grouping. */
    MERGED
  }

  /**
   * How often a grouping fires per window.
   *
   * @param kind how often
   * @param accumulating whether a pane contains the earlier ones
   * @param late whether lateness is allowed
   */
  record Firing(Kind kind, boolean accumulating, boolean late) {

    /** The trigger of a pipeline that says nothing. */
    static final Firing DEFAULT = new Firing(Kind.ONCE, false, false);

    /** How often. */
    enum Kind {
      /** Once, when the watermark passes the end of the window. */
      ONCE,
      /** Then, and before that when the bundles make it so. */
      EARLY,
      /** When the bundles make it so. */
      MANY
    }

    boolean isOnce() {
      return kind == Kind.ONCE;
    }
  }

  /** How much of a record's pane is determined. */
  enum Panes {
    ALL,
    /** Not whether it is the last: that depends on how the watermark moves in between. */
    ALL_BUT_LAST,
    NOTHING
  }

  /** How records are compared. */
  enum Check {
    /** One by one. */
    RECORDS,
    /** One by one, but only their keys and values. */
    VALUES,
    /** By the sum of the values of each key and window. */
    SUMS,
    /** By the sum of the values of each key. */
    SUMS_OF_KEYS,
    /** By the last pane of each key and window. */
    LAST_PANES
  }

  /** The records of an input. */
  static Traits ofInput(int size) {
    return new Traits(Windows.GLOBAL, Firing.DEFAULT, Panes.ALL, Check.RECORDS, false, size);
  }

  /** Whether something may be computed from the records. */
  boolean isDetermined() {
    return check == Check.RECORDS;
  }

  /** The records in other windows, or null if they may not be put there. */
  @Nullable Traits in(Windowing windowing) {
    return atEnd && windowing.windows() != Windows.GLOBAL
        ? null
        : new Traits(
            windowing.windows(),
            windowing.traits(),
            panes,
            check,
            atEnd,
            size * windowing.overlap());
  }

  /** The records, of which some may have moved to the end of their window. */
  Traits atEndOfWindow() {
    return new Traits(windows, firing, panes, check, atEnd || windows == Windows.GLOBAL, size);
  }

  Traits withPanes(Panes newPanes) {
    return new Traits(windows, firing, newPanes, check, atEnd, size);
  }

  Traits withCheck(Check newCheck) {
    return new Traits(windows, firing, panes, newCheck, atEnd, size);
  }

  Traits times(int factor) {
    return new Traits(windows, firing, panes, check, atEnd, size * factor);
  }

  /** The records of one PCollection and of another with the same windowing. */
  Traits and(Traits other) {
    Panes less = panes.compareTo(other.panes) >= 0 ? panes : other.panes;
    return new Traits(windows, firing, less, check, atEnd || other.atEnd, size + other.size);
  }

  /** The records that a grouping which fires once emits. */
  Traits grouped() {
    return new Traits(
        windows == Windows.SESSIONS ? Windows.MERGED : windows,
        firing,
        firing.late() ? Panes.ALL_BUT_LAST : Panes.ALL,
        check,
        atEnd || windows == Windows.GLOBAL,
        size);
  }
}
