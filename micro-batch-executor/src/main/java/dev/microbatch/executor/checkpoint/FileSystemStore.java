package dev.microbatch.executor.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.io.fs.ResolveOptions.StandardResolveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.util.MimeTypes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of any Beam filesystem. Nothing is renamed, and nothing is locked: names are unique,
 * and who comes later fences off who was there (see {@link CheckpointLog}).
 */
final class FileSystemStore implements CheckpointStore {

  private static final Logger LOG = LoggerFactory.getLogger(FileSystemStore.class);

  private final ResourceId directory;

  private FileSystemStore(ResourceId directory) {
    this.directory = directory;
  }

  static FileSystemStore open(String location) {
    FileSystemStore store;
    try {
      store = new FileSystemStore(FileSystems.matchNewResource(location, true));
      store.list();
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(
          "The checkpoint directory "
              + location
              + " cannot be used ("
              + e
              + "). It must be a path of a filesystem that is on the class path, and this process"
              + " must be allowed to read and write there",
          e);
    }
    return store;
  }

  private ResourceId file(String name) {
    return directory.resolve(name, StandardResolveOptions.RESOLVE_FILE);
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public SortedSet<String> list() throws IOException {
    SortedSet<String> names = new TreeSet<>();
    MatchResult found = FileSystems.match(directory + "*");
    if (found.status() == MatchResult.Status.OK) {
      for (MatchResult.Metadata file : found.metadata()) {
        names.add(file.resourceId().getFilename());
      }
    } else if (found.status() == MatchResult.Status.ERROR) {
      found.metadata(); // throws what went wrong
    }
    return names;
  }

  private boolean exists(String name) throws IOException {
    return FileSystems.match(file(name).toString()).status() == MatchResult.Status.OK;
  }

  @Override
  public NewFile create(String name) throws IOException {
    if (exists(name)) {
      throw new FileAlreadyExistsException(file(name).toString());
    }
    WritableByteChannel channel = FileSystems.create(file(name), MimeTypes.BINARY);
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
        channel.close();
      }

      @Override
      public void close() {
        try {
          channel.close();
        } catch (IOException e) {
          LOG.warn("Closing {} failed", file(name), e);
        }
      }
    };
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    ReadableByteChannel channel = FileSystems.open(file(name));
    if (channel instanceof SeekableByteChannel seekable) {
      seekable.position(offset);
      return Channels.newInputStream(seekable);
    }
    InputStream in = Channels.newInputStream(channel);
    in.skipNBytes(offset);
    return in;
  }

  @Override
  public void delete(String name) throws IOException {
    try {
      FileSystems.delete(List.of(file(name)), StandardMoveOptions.IGNORE_MISSING_FILES);
    } catch (FileNotFoundException e) {
      LOG.debug("{} is gone already", file(name));
    }
  }

  /** Nothing is held. */
  @Override
  public void close() {}
}
