package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/**
 * Keeps a directory to one user, of all processes and within this one. The lock file stays behind
 * when the lock is released: whoever deleted it could delete the one that another holds by then.
 */
final class DirectoryLock implements AutoCloseable {

  static final String FILE = "LOCK";

  /**
   * What this process has locked. A file lock belongs to the process, and on POSIX closing any
   * channel of the file releases it, so the file must not even be opened twice.
   */
  private static final Set<Path> HELD = new HashSet<>();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Locks a directory.
   *
   * @throws CheckpointException if somebody else has it
   * @throws IOException if the lock file cannot be written
   */
  static DirectoryLock acquire(Path directory) throws IOException {
    Path real = directory.toRealPath();
    synchronized (HELD) {
      if (!HELD.add(real)) {
        throw new CheckpointException(
            "Another pipeline of this process uses the checkpoint directory "
                + directory
                + ": wait for its end, or give each pipeline a directory of its own");
      }
      boolean locked = false;
      try {
        FileChannel channel = lock(real);
        locked = true;
        return new DirectoryLock(real, channel);
      } finally {
        if (!locked) {
          HELD.remove(real);
        }
      }
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    RegularFile.check(file);
    FileChannel channel =
        PrivateFiles.open(file, EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE));
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held by this process, by a copy of this class in another class loader.
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new CheckpointException(
          "Another process uses the checkpoint directory "
              + directory
              + ": stop it, or give each pipeline a directory of its own");
    }
    return channel;
  }

  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      if (channel.isOpen()) {
        try {
          channel.close();
        } finally {
          HELD.remove(directory);
        }
      }
    }
  }
}
