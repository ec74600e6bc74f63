package dev.microbatch.executor.memory;

import dev.microbatch.executor.log.Warnings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;

/**
 * Where an execution keeps what does not fit into memory: a directory of its own, which nobody else
 * may read, below the one that was chosen. It is a place to work in, and no more: what is in it
 * belongs to this execution and is deleted with it. What a process that was killed has left is
 * deleted by the next that comes, which knows it by its lock.
 *
 * <p>Thread-safe.
 */
public final class SpillDirectory implements AutoCloseable {

  /** How much has to be free at the start, in bytes. */
  static final long LEAST_AT_START = 1L << 30;

  /** How much is left free for others, in bytes. */
  static final long RESERVE = 64L << 20;

  private static final Logger LOG = Warnings.logger(SpillDirectory.class);

  /** The file system, as far as it is needed here. */
  interface Disk {

    /** An open file. Its methods may be called by any thread. */
    interface Handle {

      /** Writes at a position. */
      void write(long position, byte[] bytes, int offset, int count) throws IOException;

      /** Reads all of it, or throws. */
      void read(long position, byte[] bytes, int offset, int count) throws IOException;

      /** Closes it. Idempotent. */
      void close() throws IOException;
    }

    /** How many bytes there is room for. */
    long free(Path directory) throws IOException;

    /** What kind of file system a directory is on, such as {@code ext4}. */
    String type(Path directory) throws IOException;

    /** Makes a file that nobody else may read. */
    Handle create(Path file) throws IOException;
  }

  private final SpillLock lock;
  private final Path path;
  private final Disk disk;
  private final Set<SpillFile> files = ConcurrentHashMap.newKeySet();
  private long next;
  private boolean closed;

  private SpillDirectory(SpillLock lock, Disk disk) {
    this.lock = lock;
    this.path = lock.directory();
    this.disk = disk;
  }

  /**
   * Makes a directory of its own below another one, and deletes what was left there.
   *
   * @param base the directory that was chosen; made if it is not there
   * @param named whether a user has named it, so that it may be in memory
   * @throws SpillException if it cannot be used
   */
  public static SpillDirectory open(Path base, boolean named) {
    return open(base, named, new LocalDisk());
  }

  static SpillDirectory open(Path base, boolean named, Disk disk) {
    try {
      SpillLock.prepare(base, !named);
      check(base, named, disk);
      return new SpillDirectory(SpillLock.acquire(base), disk);
    } catch (IOException e) {
      throw new SpillException(
          base,
          "cannot be used for what does not fit into memory: "
              + e
              + ". Set spillDir to a directory on a local disk, or keep everything in memory"
              + " (stateBackend=heap)",
          e);
    }
  }

  private static void check(Path base, boolean named, Disk disk) throws IOException {
    if (!Files.isWritable(base)) {
      throw new IOException("this process may not write there");
    }
    String type = disk.type(base);
    if (type.equals("tmpfs") || type.equals("ramfs")) {
      if (!named) {
        throw new IOException("it is a " + type + ", which is memory");
      }
      LOG.warn("{} is a {}: what does not fit into the heap takes memory outside it", base, type);
    }
    long free = disk.free(base);
    if (free < LEAST_AT_START) {
      throw new IOException(
          "only "
              + (free >> 20)
              + " MB are free, and "
              + (LEAST_AT_START >> 20)
              + " MB are wanted");
    }
  }

  /** The directory. */
  public Path path() {
    return path;
  }

  /**
   * Makes a file.
   *
   * @param needed about how many bytes are to be written
   * @throws NoSpaceException if there is no room for them
   * @throws SpillException if it cannot be made
   */
  public synchronized SpillFile create(long needed) {
    Path file = path.resolve("run-" + next++);
    if (closed) {
      throw new SpillException(file, "cannot be made: the pipeline has ended", null);
    }
    try {
      long free = disk.free(path);
      if (free - RESERVE < needed) {
        throw new NoSpaceException(path, needed, Math.max(0, free - RESERVE), null);
      }
      SpillFile made = new SpillFile(this, file, disk.create(file));
      files.add(made);
      return made;
    } catch (IOException e) {
      throw failed(file, needed, e);
    }
  }

  /** What is thrown when something cannot be written. */
  RuntimeException failed(Path file, long needed, IOException cause) {
    try {
      long free = disk.free(path);
      if (free < needed + RESERVE || String.valueOf(cause.getMessage()).contains("No space left")) {
        return new NoSpaceException(path, needed, free, cause);
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    return new SpillException(file, "cannot be written: " + cause.getMessage(), cause);
  }

  void delete(SpillFile file, Path at, Disk.Handle handle) {
    if (files.remove(file)) {
      try {
        handle.close();
        Files.deleteIfExists(at);
      } catch (IOException e) {
        LOG.warn(
            "Cannot delete {}: {}. It is tried again when another pipeline starts", at, e + "");
      }
    }
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Deletes all files, whoever holds them, and the directory. Idempotent. Does not throw. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    files.forEach(SpillFile::delete);
    lock.close();
  }
}
