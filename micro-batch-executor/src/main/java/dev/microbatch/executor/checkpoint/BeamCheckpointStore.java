package dev.microbatch.executor.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import java.util.SortedSet;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MoveOptions.StandardMoveOptions;
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

  private final BeamFiles files;

  private BeamCheckpointStore(BeamFiles files) {
    this.files = files;
  }

  /**
   * Opens a directory. Filesystems that have directories make it with the first file.
   *
   * @throws CheckpointException if there is no filesystem for it
   */
  static BeamCheckpointStore open(String location) {
    return new BeamCheckpointStore(BeamFiles.at(location));
  }

  @Override
  public String location() {
    return files.location();
  }

  @Override
  public SortedSet<String> list() throws IOException {
    return files.list();
  }

  @Override
  public NewFile create(String name) throws IOException {
    ResourceId file = files.resource(name);
    if (files.has(name)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    return new BeamFile(file, FileSystems.create(file, MimeTypes.BINARY));
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    return files.open(name, offset);
  }

  @Override
  public void delete(String name) throws IOException {
    delete(files.resource(name));
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
      Channels.newOutputStream(channel).write(bytes, offset, length);
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
