package dev.microbatch.executor.checkpoint;

import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/** Finds the store for a location. */
public final class CheckpointStores {

  /** A scheme has two letters or more: one letter is a drive of Windows. */
  private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]+:.*");

  private CheckpointStores() {}

  /**
   * Opens a store, and makes its directory if there is none. A path without a scheme or with {@code
   * file:} is on local disk, and belongs to the caller until the store is closed; any other scheme
   * is one of Beam's filesystems, which has to be on the class path and configured.
   *
   * @param location a directory
   * @throws CheckpointException if it cannot be used
   */
  public static CheckpointStore open(String location) throws CheckpointException {
    if (!SCHEME.matcher(location).matches()) {
      return LocalCheckpointStore.open(path(location));
    }
    if (isFile(location)) {
      return LocalCheckpointStore.open(pathOfUri(location));
    }
    return BeamCheckpointStore.open(location);
  }

  /**
   * Attaches to a place that the process of the pipeline's loop has opened, to read and write data
   * files in it: it is neither made nor locked.
   *
   * @param location a directory, as {@link #open} takes it
   * @throws CheckpointException if it is not there
   */
  public static AttachedStore attach(String location) throws CheckpointException {
    if (!SCHEME.matcher(location).matches()) {
      return LocalCheckpointStore.attach(path(location));
    }
    if (isFile(location)) {
      return LocalCheckpointStore.attach(pathOfUri(location));
    }
    return BeamCheckpointStore.open(location);
  }

  private static boolean isFile(String location) {
    return location.toLowerCase(Locale.ROOT).startsWith("file:");
  }

  private static Path path(String location) {
    try {
      return Path.of(location);
    } catch (IllegalArgumentException e) {
      throw notAPath(location, e);
    }
  }

  private static Path pathOfUri(String location) {
    try {
      return Path.of(URI.create(location));
    } catch (IllegalArgumentException e) {
      throw notAPath(location, e);
    }
  }

  private static CheckpointException notAPath(String location, IllegalArgumentException e) {
    return new CheckpointException(
        "The checkpoint directory '"
            + location
            + "' is not a path: "
            + e.getMessage()
            + ". Give an absolute path, or a URI such as file:///data/checkpoint",
        e);
  }
}
