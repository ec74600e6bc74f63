package dev.microbatch.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The samples that ship with the examples. They are class path resources, in a jar or not; Beam
 * reads files. So whoever names no input reads a copy in the temporary directory, which is deleted
 * when this JVM ends.
 */
final class Samples {
  private Samples() {}

  /**
   * Copies a sample.
   *
   * @param name name of a resource beside this class
   * @return path of the copy
   * @throws UncheckedIOException if the temporary directory cannot be written to
   */
  static String copy(String name) {
    try (InputStream sample = Samples.class.getResourceAsStream(name)) {
      if (sample == null) {
        throw new IllegalStateException(name + " is not on the class path beside " + Samples.class);
      }
      Path directory = temporaryDirectory();
      Path copy = directory.resolve(name);
      Files.copy(sample, copy);
      copy.toFile().deleteOnExit();
      return copy.toString();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot copy " + name + " to the temporary directory", e);
    }
  }

  private static Path temporaryDirectory() throws IOException {
    Path directory = Files.createTempDirectory("microbatch-examples-");
    // Files are deleted in the reverse order of these calls: the directory is empty by then.
    directory.toFile().deleteOnExit();
    return directory;
  }
}
