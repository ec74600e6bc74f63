package dev.microbatch.executor.state;

import dev.microbatch.executor.memory.MemorySettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Backends that spill into a directory which is deleted at the end of the process. */
public final class TemporarySpill {

  private static final Path DIRECTORY = directory();

  private TemporarySpill() {}

  private static Path directory() {
    try {
      Path made = Files.createTempDirectory("spill");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(made)));
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path path) {
    try {
      if (Files.isDirectory(path)) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(path)) {
          all.forEach(TemporarySpill::delete);
        }
      }
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The directory. */
  public static Path path() {
    return DIRECTORY;
  }

  /** One that spills after a few values, and after each batch. */
  public static StateBackend always(String pipeline) {
    return new SpillingStateBackend(
        new MemorySettings(UUID.randomUUID(), pipeline, 1 << 20, DIRECTORY.toString(), true, true));
  }
}
