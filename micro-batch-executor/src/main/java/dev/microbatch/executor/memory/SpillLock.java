package dev.microbatch.executor.memory;

import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.time.Clock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.slf4j.Logger;

/**
 * A directory below another one, with a file in it that is locked as long as its process lives and
 * uses it. Making one, and deleting those that nobody has locked, happens under a lock of the
 * directory above, so that nobody deletes what is just being made.
 *
 * <p>Names begin with the number of the process and the time of its start: those of this process
 * are never looked into. On POSIX a file lock belongs to the process, and closing any channel of
 * the file releases it.
 */
final class SpillLock implements AutoCloseable {

  private static final Logger LOG = Warnings.logger(SpillLock.class);

  private static final String FILE = "LOCK";
  private static final String PREFIX = "spill-";

  /** What the names of such directories look like, so that nobody else's are touched. */
  private static final Pattern NAME = Pattern.compile(PREFIX + "\\d+-\\d+-[0-9a-f-]{36}");

  /** How often the lock of the directory above is tried. */
  private static final int TRIES = 500;

  private static final long PAUSE_MILLIS = 10;

  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path directory;
  private final FileChannel channel;

  private SpillLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Makes a directory unless it is there.
   *
   * @param own whether it has to belong to the user who runs this process: whoever comes first may
   *     make one of that name where everybody may write
   * @throws IOException if that cannot be done
   */
  static void prepare(Path base, boolean own) throws IOException {
    if (Files.isDirectory(base)) {
      if (own) {
        String owner = Files.getOwner(base, LinkOption.NOFOLLOW_LINKS).getName();
        if (!owner.equals(System.getProperty("user.name"))
            || !Files.isDirectory(base, LinkOption.NOFOLLOW_LINKS)) {
          throw new IOException("it belongs to " + owner);
        }
      }
      return;
    }
    Path parent = base.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      create(base);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(base)) {
        throw new IOException("it is a file", e);
      }
    }
  }

  private static void create(Path directory) throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectory(directory, PRIVATE);
    } else {
      Files.createDirectory(directory);
    }
  }

  /** Deletes what is left below a directory, and makes a new one there. */
  static synchronized SpillLock acquire(Path base) throws IOException {
    Path real = base.toRealPath();
    try (FileChannel above =
        FileChannel.open(real.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      lock(above);
      sweep(real);
      Path directory = real.resolve(ownPrefix() + UUID.randomUUID());
      create(directory);
      FileChannel channel =
          FileChannel.open(
              directory.resolve(FILE), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        channel.close();
        throw new IOException(directory.resolve(FILE) + " cannot be locked");
      }
      return new SpillLock(directory, channel);
    }
  }

  private static void lock(FileChannel channel) throws IOException {
    Lock mutex = new ReentrantLock();
    Condition never = mutex.newCondition();
    mutex.lock();
    try {
      lock(channel, never);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for its lock", e);
    } finally {
      mutex.unlock();
    }
  }

  private static void lock(FileChannel channel, Condition never)
      throws IOException, InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      try {
        if (channel.tryLock() != null) {
          return;
        }
      } catch (OverlappingFileLockException e) {
        // By a copy of this class in another class loader.
      }
      Clock.system().await(never, PAUSE_MILLIS);
    }
    throw new IOException("another process keeps its lock");
  }

  private static String ownPrefix() {
    ProcessHandle self = ProcessHandle.current();
    long start = self.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    return PREFIX + self.pid() + "-" + start + "-";
  }

  private static void sweep(Path base) throws IOException {
    String own = ownPrefix();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(base, PREFIX + "*")) {
      for (Path each : all) {
        String name = each.getFileName().toString();
        if (NAME.matcher(name).matches()
            && !name.startsWith(own)
            && Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
          sweepOne(each);
        }
      }
    }
  }

  private static void sweepOne(Path directory) {
    Path file = directory.resolve(FILE);
    try {
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
            FileLock free = channel.tryLock()) {
          if (free == null) {
            return;
          }
          deleteAll(directory);
        }
      } else {
        Files.delete(directory); // if it is empty: its process did not come any further
      }
      LOG.info("{} was left by a process that was killed, and is deleted", directory);
    } catch (IOException | OverlappingFileLockException e) {
      LOG.warn("{} was left by another process and cannot be deleted: {}", directory, e.toString());
    }
  }

  /** Deletes files, and nothing below directories that are not made here; the lock at last. */
  private static void deleteAll(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (!file.getFileName().toString().equals(FILE)) {
          Files.delete(file);
        }
      }
    }
    Files.deleteIfExists(directory.resolve(FILE));
    Files.delete(directory);
  }

  /** The directory. */
  Path directory() {
    return directory;
  }

  /** Deletes the directory with all that is in it. Does not throw. */
  @Override
  public void close() {
    try {
      deleteAll(directory);
    } catch (IOException e) {
      LOG.warn("Cannot delete {}: {}. The next pipeline tries again", directory, e.toString());
    }
    try {
      channel.close();
    } catch (IOException e) {
      LOG.warn("Cannot let go of the lock of {}: {}", directory, e.toString());
    }
  }
}
