package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of a local disk. As long as the store is open, a lock keeps all others out. A file is
 * durable when it and the directory have been synced.
 */
final class LocalStore implements CheckpointStore {

  private static final Logger LOG = LoggerFactory.getLogger(LocalStore.class);
  private static final String LOCK = "LOCK";

  private final Path directory;
  private final FileChannel lockFile;
  private final FileChannel directoryChannel;

  private LocalStore(Path directory, FileChannel lockFile, FileChannel directoryChannel) {
    this.directory = directory;
    this.lockFile = lockFile;
    this.directoryChannel = directoryChannel;
  }

  static LocalStore open(Path directory) {
    FileChannel lockFile = null;
    try {
      Files.createDirectories(directory);
      lockFile =
          FileChannel.open(
              directory.resolve(LOCK),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      lock(directory, lockFile);
      return new LocalStore(
          directory, lockFile, FileChannel.open(directory, StandardOpenOption.READ));
    } catch (IOException e) {
      close(lockFile);
      throw new CheckpointException(
          "The checkpoint directory "
              + directory
              + " cannot be used ("
              + e
              + "). It must be a directory that this process may write to",
          e);
    } catch (CheckpointException e) {
      close(lockFile);
      throw e;
    }
  }

  private static void lock(Path directory, FileChannel lockFile) throws IOException {
    FileLock lock;
    try {
      lock = lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      throw new CheckpointException(
          "The checkpoint directory "
              + directory
              + " is in use by another pipeline of this process. Give each a directory of its own");
    }
    if (lock == null) {
      ByteBuffer holder = ByteBuffer.allocate(64);
      lockFile.read(holder, 0);
      throw new CheckpointException(
          "The checkpoint directory "
              + directory
              + " is in use by another process ("
              + new String(holder.array(), 0, holder.position(), StandardCharsets.UTF_8).strip()
              + "). Wait for its end, or give this pipeline a directory of its own");
    }
    lockFile.truncate(0);
    lockFile.write(
        StandardCharsets.UTF_8.encode("process " + ProcessHandle.current().pid() + "\n"), 0);
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public SortedSet<String> list() throws IOException {
    SortedSet<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(directory)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    names.remove(LOCK);
    return names;
  }

  @Override
  public NewFile create(String name) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return new NewFile() {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }

      @Override
      public void finish() throws IOException {
        channel.force(true);
        channel.close();
        directoryChannel.force(true);
      }

      @Override
      public void close() {
        LocalStore.close(channel);
      }
    };
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    FileChannel channel = FileChannel.open(directory.resolve(name), StandardOpenOption.READ);
    channel.position(offset);
    return Channels.newInputStream(channel);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }

  @Override
  public void close() {
    close(directoryChannel);
    close(lockFile);
  }

  private static void close(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.warn("Closing a file failed", e);
      }
    }
  }
}
