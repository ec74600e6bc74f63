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
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
import org.apache.beam.sdk.io.fs.ResolveOptions.StandardResolveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.util.MimeTypes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory in one of Beam's filesystems: HDFS, S3, GCS and others.
 *
 * <p>These have no lock and no create-if-absent. Names never repeat, because each has its writer in
 * it; that a second process takes over is noticed at the next commit (see {@link CheckpointLog}). A
 * file is as durable as its filesystem makes it when a channel is closed.
 */
final class BeamCheckpointStore implements CheckpointStore {

  private static final Logger LOG = LoggerFactory.getLogger(BeamCheckpointStore.class);

  private final ResourceId directory;

  private BeamCheckpointStore(ResourceId directory) {
    this.directory = directory;
  }

  /**
   * Opens a directory. Filesystems that have directories make it with the first file.
   *
   * @throws CheckpointException if there is no filesystem for it
   */
  static BeamCheckpointStore open(String location) {
    if (location.matches(".*[*?\\[\\]{}].*")) {
      throw new CheckpointException(
          "The checkpoint directory '" + location + "' has a wildcard in it: name one directory");
    }
    try {
      return new BeamCheckpointStore(FileSystems.matchNewResource(location, true));
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new CheckpointException(
          "The checkpoint directory '"
              + location
              + "' cannot be used: "
              + e.getMessage()
              + ". Is the Beam module of this filesystem on the class path, and the path right?",
          e);
    }
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public SortedSet<String> list() throws IOException {
    SortedSet<String> names = new TreeSet<>();
    for (MatchResult.Metadata file : match(directory + "*")) {
      String name = file.resourceId().getFilename();
      if (name != null) {
        names.add(name);
      }
    }
    return names;
  }

  private static List<MatchResult.Metadata> match(String spec) throws IOException {
    MatchResult result = FileSystems.match(spec, EmptyMatchTreatment.ALLOW);
    return result.status() == MatchResult.Status.NOT_FOUND ? List.of() : result.metadata();
  }

  @Override
  public NewFile create(String name) throws IOException {
    ResourceId file = file(name);
    if (!match(file.toString()).isEmpty()) {
      throw new FileAlreadyExistsException(file.toString());
    }
    return new BeamFile(file, FileSystems.create(file, MimeTypes.BINARY));
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    ReadableByteChannel channel = FileSystems.open(file(name));
    InputStream in = Channels.newInputStream(channel);
    boolean positioned = false;
    try {
      if (channel instanceof SeekableByteChannel seekable) {
        seekable.position(offset);
      } else {
        in.skipNBytes(offset);
      }
      positioned = true;
      return in;
    } finally {
      if (!positioned) {
        in.close();
      }
    }
  }

  @Override
  public void delete(String name) throws IOException {
    delete(file(name));
  }

  private static void delete(ResourceId file) throws IOException {
    try {
      FileSystems.delete(List.of(file), StandardMoveOptions.IGNORE_MISSING_FILES);
    } catch (FileNotFoundException e) {
      // What was wanted: not every filesystem honours the option.
    }
  }

  @Override
  public void close() {}

  private ResourceId file(String name) {
    return directory.resolve(name, StandardResolveOptions.RESOLVE_FILE);
  }

  /** A file that is being written. Closing its channel completes it: there is no way to abort. */
  private static final class BeamFile implements NewFile {
    private final ResourceId file;
    private final WritableByteChannel channel;
    private boolean finished;

    BeamFile(ResourceId file, WritableByteChannel channel) {
      this.file = file;
      this.channel = channel;
    }

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
      finished = true;
    }

    @Override
    public void close() {
      if (!finished) {
        finished = true;
        try {
          channel.close();
        } catch (IOException e) {
          LOG.debug("Could not close the unfinished file {}", file, e);
        }
        try {
          delete(file);
        } catch (IOException e) {
          LOG.warn("Could not delete the unfinished file {}", file, e);
        }
      }
    }
  }
}
