package dev.microbatch.executor.checkpoint;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Chooses the store for a location. */
public final class CheckpointStores {

  private static final Pattern SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*://?.*");

  private CheckpointStores() {}

  /**
   * Opens the store of a checkpoint directory, which is made if it is not there.
   *
   * @param location a local path, a {@code file:} URI, or a path of any Beam filesystem
   * @throws CheckpointException if it cannot be used
   */
  public static CheckpointStore open(String location) {
    if (!SCHEME.matcher(location).matches()) {
      try {
        return LocalStore.open(Path.of(location));
      } catch (InvalidPathException e) {
        throw new CheckpointException(
            "--checkpointDir=" + location + " is not a path: " + e.getMessage(), e);
      }
    }
    return location.startsWith("file:")
        ? LocalStore.open(Path.of(URI.create(location)))
        : FileSystemStore.open(location);
  }
}
