package dev.microbatch.executor.memory;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A file system of this machine. Its files are no channels: those are closed when a thread that
 * uses one is interrupted, and user code may do that at any time.
 */
final class LocalDisk implements SpillDirectory.Disk {

  private static final int TRIES = 5;

  @Override
  public long free(Path directory) throws IOException {
    // Not by the FileStore: to make one, the JVM looks at all mounts, which may fail when they
    // change.
    return directory.toFile().getUsableSpace();
  }

  @Override
  public String type(Path directory) throws IOException {
    for (int i = 1; ; i++) {
      try {
        return Files.getFileStore(directory).type();
      } catch (IOException e) {
        if (i == TRIES) { // mounts may have changed while they were read
          throw e;
        }
      }
    }
  }

  @Override
  public Handle create(Path file) throws IOException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(file);
    }
    return new Open(new RandomAccessFile(file.toFile(), "rw"));
  }

  private static final class Open implements Handle {
    private final RandomAccessFile file;

    Open(RandomAccessFile file) {
      this.file = file;
    }

    @Override
    public synchronized void write(long position, byte[] bytes, int offset, int count)
        throws IOException {
      file.seek(position);
      file.write(bytes, offset, count);
    }

    @Override
    public synchronized void read(long position, byte[] bytes, int offset, int count)
        throws IOException {
      file.seek(position);
      file.readFully(bytes, offset, count);
    }

    @Override
    public synchronized void close() throws IOException {
      file.close();
    }
  }
}
