package dev.microbatch.executor.checkpoint;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory on local disk, locked for as long as the store is open, unless it was only attached.
 * A finished file and its name are on the disk, not only in the cache of the operating system. What
 * it makes is readable by nobody else.
 */
final class LocalCheckpointStore implements CheckpointStore {

  private static final Logger LOG = LoggerFactory.getLogger(LocalCheckpointStore.class);

  /** Windows neither can nor needs to flush a directory. */
  private static final boolean FLUSH_DIRECTORY = File.separatorChar == '/';

  /** The directories of which a warning was given. */
  private static final Set<Path> WARNED = ConcurrentHashMap.newKeySet();

  private static final Set<StandardOpenOption> NEW_FILE =
      EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private final Path directory;
  private final @Nullable DirectoryLock lock;

  private LocalCheckpointStore(Path directory, @Nullable DirectoryLock lock) {
    this.directory = directory;
    this.lock = lock;
  }

  /**
   * Opens a directory, and makes it if there is none.
   *
   * @throws CheckpointException if it is no directory, cannot be written, or is in use
   */
  static LocalCheckpointStore open(Path directory) {
    Path absolute = directory.toAbsolutePath().normalize();
    try {
      PrivateFiles.createDirectory(absolute);
      DirectoryLock lock = DirectoryLock.acquire(absolute);
      warnIfOpen(absolute);
      return new LocalCheckpointStore(absolute, lock);
    } catch (FileAlreadyExistsException e) {
      throw new CheckpointException(
          "The checkpoint directory " + absolute + " is a file: name a directory", e);
    } catch (ReadOnlyFileSystemException e) {
      throw notWritable(absolute, new IOException("a read-only filesystem", e));
    } catch (IOException e) {
      throw notWritable(absolute, e);
    }
  }

  private static StoreUnavailableException notWritable(Path directory, IOException failure) {
    return new StoreUnavailableException(
        "The checkpoint directory "
            + directory
            + " cannot be written ("
            + failure
            + "): "
            + remedy(directory, failure)
            + ", or name another directory",
        failure);
  }

  /** A filesystem that is read-only refuses whatever rights the user has. */
  private static String remedy(Path directory, IOException failure) {
    if (isOnReadOnlyFileSystem(directory)) {
      return "it is on a read-only filesystem, so mount that for writing";
    }
    return failure instanceof AccessDeniedException
        ? "give this user the right to"
        : "put that right";
  }

  private static boolean isOnReadOnlyFileSystem(Path directory) {
    Path existing = directory;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    try {
      return Files.getFileStore(existing).isReadOnly();
    } catch (IOException e) {
      LOG.debug("Could not find out whether {} is read-only", existing, e);
      return false;
    }
  }

  /**
   * Attaches to a directory that another store has locked, maybe in another process.
   *
   * @throws CheckpointException if it is not there
   */
  static AttachedStore attach(Path directory) {
    Path absolute = directory.toAbsolutePath().normalize();
    if (!Files.isDirectory(absolute)) {
      throw new CheckpointException(
          "The checkpoint directory "
              + absolute
              + " is not there: every process of the pipeline has to see the same directory. Name"
              + " one that they share");
    }
    return new LocalCheckpointStore(absolute, null);
  }

  /** Once per directory: a pipeline that goes back to a commit opens it again. */
  private static void warnIfOpen(Path directory) {
    try {
      Optional<String> permissions = PrivateFiles.openness(directory);
      if (permissions.isPresent() && WARNED.add(directory)) {
        LOG.warn(
            "Others can read or write the checkpoint directory {} ({}): it holds what the pipeline"
                + " holds, passwords of its sources among it, and is trusted as code is. Run"
                + " chmod 700 on it unless they are meant to",
            directory,
            permissions.get());
      }
    } catch (IOException e) {
      LOG.debug("Could not read the permissions of {}", directory, e);
    }
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public SortedSet<String> list() throws IOException {
    SortedSet<String> names = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        names.add(String.valueOf(file.getFileName()));
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    names.remove(DirectoryLock.FILE);
    return names;
  }

  @Override
  public NewFile create(String name) throws IOException {
    Path file = directory.resolve(name);
    return new LocalFile(file, PrivateFiles.open(file, NEW_FILE), this::flushDirectory);
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    Path file = directory.resolve(name);
    RegularFile.check(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    return Channels.newInputStream(channel.position(offset));
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }

  @Override
  public void close() {
    try {
      if (lock != null) {
        lock.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot release the lock of " + directory, e);
    }
  }

  private void flushDirectory() throws IOException {
    if (FLUSH_DIRECTORY) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /** Makes the names in a directory durable. */
  @FunctionalInterface
  private interface Flush {
    void run() throws IOException;
  }

  /** A file that is being written. */
  private static final class LocalFile implements NewFile {
    private final Path file;
    private final FileChannel channel;
    private final Flush directory;
    private boolean finished;

    LocalFile(Path file, FileChannel channel, Flush directory) {
      this.file = file;
      this.channel = channel;
      this.directory = directory;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      Channels.newOutputStream(channel).write(bytes, offset, length);
    }

    @Override
    public void finish() throws IOException {
      channel.force(true);
      channel.close();
      directory.run();
      finished = true;
    }

    @Override
    public void close() {
      if (!finished) {
        finished = true;
        try {
          channel.close();
          Files.deleteIfExists(file);
        } catch (IOException e) {
          LOG.warn("Could not delete the unfinished file {}", file, e);
        }
      }
    }
  }
}
