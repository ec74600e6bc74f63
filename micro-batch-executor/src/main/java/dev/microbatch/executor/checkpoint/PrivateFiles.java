package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Makes files and directories that are nobody's business but the user's: a checkpoint holds what
 * the pipeline holds, passwords of its sources among it, and whoever writes to it may say what the
 * pipeline does. On filesystems that do not know POSIX permissions, files are made as usual.
 */
final class PrivateFiles {

  private static final FileAttribute<?> DIRECTORY = permissions("rwx------");
  private static final FileAttribute<?> FILE = permissions("rw-------");

  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private PrivateFiles() {}

  private static FileAttribute<?> permissions(String text) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
  }

  /**
   * Makes a directory, unless there is one. Those above it are made as usual.
   *
   * @throws FileAlreadyExistsException if there is a file of that name
   */
  static void createDirectory(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.getParent();
    if (parent != null && !Files.exists(parent)) {
      Files.createDirectories(parent);
    }
    try {
      if (knowsPermissions(directory)) {
        Files.createDirectory(directory, DIRECTORY);
      } else {
        Files.createDirectory(directory);
      }
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
  }

  /** Opens a file; if that makes it, nobody else may read it. */
  static FileChannel open(Path file, Set<? extends OpenOption> options) throws IOException {
    return knowsPermissions(file)
        ? FileChannel.open(file, options, FILE)
        : FileChannel.open(file, options);
  }

  /** Permissions by which others can read or write in a directory, as {@code ls} shows them. */
  static Optional<String> openness(Path directory) throws IOException {
    if (!knowsPermissions(directory)) {
      return Optional.empty();
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
    return OTHERS.stream().anyMatch(permissions::contains)
        ? Optional.of(PosixFilePermissions.toString(permissions))
        : Optional.empty();
  }

  private static boolean knowsPermissions(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }
}
