package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.EmptyMatchTreatment;
import org.apache.beam.sdk.io.fs.MatchResult;
import org.apache.beam.sdk.io.fs.ResolveOptions.StandardResolveOptions;
import org.apache.beam.sdk.io.fs.ResourceId;

/** The files of a directory in one of Beam's filesystems, local disk among them. */
final class BeamFiles implements StoredFiles {

  /** The scheme of local disk. */
  private static final String LOCAL = "file";

  private final ResourceId directory;

  private BeamFiles(ResourceId directory) {
    this.directory = directory;
  }

  /**
   * Finds a directory; whether there is one is not asked.
   *
   * @throws CheckpointException if there is no filesystem for it
   */
  static BeamFiles at(String location) {
    if (location.matches(".*[*?\\[\\]{}].*")) {
      throw new CheckpointException(
          "The checkpoint directory '" + location + "' has a wildcard in it: name one directory");
    }
    try {
      return new BeamFiles(FileSystems.matchNewResource(location, true));
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
    for (MatchResult.Metadata file : all()) {
      String name = file.resourceId().getFilename();
      if (name != null) {
        names.add(name);
      }
    }
    return names;
  }

  /** All files, with what the filesystem knows of them. */
  List<MatchResult.Metadata> all() throws IOException {
    return match(directory + "*");
  }

  /** Whether there is a file of that name. */
  boolean has(String name) throws IOException {
    return !match(resource(name).toString()).isEmpty();
  }

  private static List<MatchResult.Metadata> match(String spec) throws IOException {
    try {
      MatchResult result = FileSystems.match(spec, EmptyMatchTreatment.ALLOW);
      return result.status() == MatchResult.Status.NOT_FOUND ? List.of() : result.metadata();
    } catch (RuntimeException e) { // some filesystems throw their client's own
      throw new IOException("Cannot list " + spec + ": " + e, e);
    }
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    ResourceId file = resource(name);
    if (file.getScheme().equals(LOCAL)) {
      RegularFile.check(Path.of(file.toString()));
    }
    ReadableByteChannel channel = FileSystems.open(file);
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

  /** Beam's name of a file, whether it is there or not. */
  ResourceId resource(String name) {
    return directory.resolve(name, StandardResolveOptions.RESOLVE_FILE);
  }
}
