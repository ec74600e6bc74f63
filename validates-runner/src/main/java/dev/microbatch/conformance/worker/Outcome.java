package dev.microbatch.conformance.worker;

import java.io.Serializable;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What became of one test.
 *
 * @param status how it ended
 * @param message why, in one line; empty if it passed
 * @param detail stack traces, or what the threads did when its time was over; may be empty
 * @param millis how long it ran
 * @param restores how often the runner went back to a checkpoint, or null if the runner did not say
 */
public record Outcome(
    Status status, String message, String detail, long millis, @Nullable Integer restores)
    implements Serializable {

  /** Returns the outcome of a test that was not run. */
  public static Outcome notRun(Status status, String reason) {
    return new Outcome(status, reason, "", 0, null);
  }
}
