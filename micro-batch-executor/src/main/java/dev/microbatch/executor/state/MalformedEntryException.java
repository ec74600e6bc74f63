package dev.microbatch.executor.state;

import java.io.IOException;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * An entry of a commit is not laid out as its kind says. Its checksum is right, so it was not
 * damaged: somebody else wrote it, or a coder does not read what it has written.
 */
public final class MalformedEntryException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * Makes one.
   *
   * @param kind the kind of the entry
   * @param problem what is wrong with it, such as "it ends before its watermark"
   */
  public MalformedEntryException(StateEntry.Kind kind, String problem) {
    this(kind, problem, null);
  }

  /**
   * Makes one with a cause.
   *
   * @param kind the kind of the entry
   * @param problem what is wrong with it
   * @param cause what a coder threw
   */
  public MalformedEntryException(StateEntry.Kind kind, String problem, @Nullable Throwable cause) {
    super(
        "an entry of the kind "
            + kind
            + " is malformed: "
            + problem
            + ". Run the program that wrote the checkpoint, bring its directory back from a copy,"
            + " or start again in an empty one",
        cause);
  }
}
