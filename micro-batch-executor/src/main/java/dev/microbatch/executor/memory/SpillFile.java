package dev.microbatch.executor.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file of something that has left memory. It is written from the beginning to the end, then read
 * at any place, and deleted when nobody holds it any more.
 *
 * <p>Who makes it holds it. Thread-safe; what is read has been written before.
 */
public final class SpillFile {

  private final SpillDirectory directory;
  private final Path path;
  private final SpillDirectory.Disk.Handle handle;
  private final AtomicInteger holders = new AtomicInteger(1);
  private long length;

  SpillFile(SpillDirectory directory, Path path, SpillDirectory.Disk.Handle handle) {
    this.directory = directory;
    this.path = path;
    this.handle = handle;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** How many bytes have been written. */
  public long length() {
    return length;
  }

  /**
   * Writes behind what has been written.
   *
   * @throws NoSpaceException if the disk is full
   * @throws SpillException if it cannot be written
   */
  public void write(byte[] bytes, int offset, int count) {
    try {
      handle.write(length, bytes, offset, count);
      length += count;
    } catch (IOException e) {
      throw directory.failed(path, count, e);
    }
  }

  /**
   * Reads at a place.
   *
   * @throws SpillException if it cannot be read, ends before, or was deleted because the pipeline
   *     has ended
   */
  public void read(long position, byte[] bytes, int offset, int count) {
    try {
      handle.read(position, bytes, offset, count);
    } catch (IOException e) {
      throw new SpillException(
          path,
          directory.isClosed()
              ? "is gone: values of a group were looked at after their pipeline had ended"
              : "cannot be read: " + e.getMessage(),
          e);
    }
  }

  /** Holds it once more. Whoever calls this holds it already. */
  public void retain() {
    holders.incrementAndGet();
  }

  /** Lets go of it. The last one deletes it. */
  public void release() {
    if (holders.decrementAndGet() == 0) {
      delete();
    }
  }

  void delete() {
    directory.delete(this, path, handle);
  }
}
