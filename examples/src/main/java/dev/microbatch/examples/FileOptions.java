package dev.microbatch.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.ResourceId;

/**
 * Checks the file options of the examples before anything is read. What a local file system can
 * tell at once (a directory, no permission) is told here; of others, whether the input exists.
 */
final class FileOptions {
  private static final String LOCAL = "file";
  private static final String EXAMPLE =
      "Give the path of a file or a pattern such as /logs/access-*.log.gz";

  private FileOptions() {}

  /**
   * Checks that there is something to read.
   *
   * @param option name of the option, for the message
   * @param pattern its value, a Beam file pattern
   * @throws UserMistake if no file matches, or one that does cannot be read
   * @throws IOException if the file system cannot be asked
   */
  static void checkInput(String option, String pattern) throws IOException {
    if (pattern.isEmpty()) {
      throw mistake(option, pattern, "names no file. " + EXAMPLE);
    }
    List<MatchResult> results;
    try {
      results = FileSystems.match(List.of(pattern), EmptyMatchTreatment.ALLOW);
    } catch (IllegalArgumentException e) {
      throw unknownFileSystem(option, pattern, e);
    }
    List<MatchResult.Metadata> files = results.get(0).metadata();
    if (files.isEmpty()) {
      throw mistake(option, pattern, "no such file. " + EXAMPLE);
    }
    for (MatchResult.Metadata file : files) {
      checkReadable(option, pattern, file.resourceId());
    }
  }

  /**
   * Checks that files can be made whose names begin with a prefix, and makes the directories above
   * them if need be.
   *
   * @param option name of the option, for the message
   * @param prefix its value
   * @throws UserMistake if the prefix names a directory, or nothing can be written there
   */
  static void checkOutputPrefix(String option, String prefix) {
    if (prefix.isEmpty() || prefix.endsWith("/")) {
      throw mistake(
          option,
          prefix,
          "names a directory. Give the directory and how the file names begin, such as "
              + (prefix.isEmpty() ? "./" : prefix)
              + "result");
    }
    ResourceId resource;
    try {
      resource = FileSystems.matchNewResource(prefix, false);
    } catch (IllegalArgumentException e) {
      throw unknownFileSystem(option, prefix, e);
    }
    if (resource.getScheme().equals(LOCAL)) {
      checkWritable(option, prefix, Path.of(resource.toString()));
    }
  }

  /**
   * Checks that a local file can be made or replaced, and makes the directories above it if need
   * be.
   *
   * @param option name of the option, for the message
   * @param file its value
   * @throws UserMistake if it is a directory or nothing can be written there
   */
  static void checkOutputFile(String option, String file) {
    if (file.isEmpty() || Files.isDirectory(Path.of(file))) {
      throw mistake(option, file, "names a directory. Give the path of a file");
    }
    checkWritable(option, file, Path.of(file));
  }

  private static void checkReadable(String option, String pattern, ResourceId file) {
    if (!file.getScheme().equals(LOCAL)) {
      return;
    }
    Path path = Path.of(file.toString());
    if (Files.isDirectory(path)) {
      throw mistake(
          option, pattern, path + " is a directory. Its files would be " + path.resolve("*"));
    }
    if (!Files.isReadable(path)) {
      throw mistake(option, pattern, path + " cannot be read. Check its permissions");
    }
  }

  /** Makes the directories and tries, as permissions alone do not tell: disks can be read-only. */
  private static void checkWritable(String option, String value, Path file) {
    Path directory = file.toAbsolutePath().getParent();
    try {
      Files.createDirectories(directory);
      Files.delete(Files.createTempFile(directory, ".microbatch-", null));
    } catch (IOException e) {
      throw mistake(
          option,
          value,
          "nothing can be written to "
              + directory
              + " ("
              + e
              + "). Give another place, or change its permissions");
    }
  }

  private static UserMistake unknownFileSystem(
      String option, String value, IllegalArgumentException e) {
    return mistake(
        option,
        value,
        e.getMessage()
            + ". Give a local path, or add Beam's module for that file system to the class path");
  }

  private static UserMistake mistake(String option, String value, String what) {
    return new UserMistake("--" + option + "=" + value + ": " + what);
  }
}
