package dev.microbatch.executor.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.sdk.io.fs.MatchResult;

/**
 * Everything in a checkpoint directory, to be looked at. Nothing is claimed, locked, written or
 * deleted: a pipeline that runs meanwhile is not disturbed, but may delete what was found here.
 *
 * @param location the directory
 * @param found every manifest, newest first
 * @param bytes the size of all files together, those of others too
 * @param unnamedBytes the size of our data files that no readable manifest names
 * @param unnamedFiles how many these are: left by commits that failed, or just being written
 */
public record CheckpointInventory(
    String location, List<Found> found, long bytes, long unnamedBytes, int unnamedFiles) {

  /** Copies the list. */
  public CheckpointInventory {
    found = List.copyOf(found);
  }

  /**
   * A manifest.
   *
   * @param file its file
   * @param epoch the epoch that wrote it
   * @param commit the number of its commit
   * @param writer who wrote it
   * @param modified when the file was written, in milliseconds since the epoch, if the filesystem
   *     knows
   * @param problem why a pipeline cannot resume from it; empty if it is whole
   * @param content what it says; empty if it cannot be read
   */
  public record Found(
      String file,
      long epoch,
      long commit,
      String writer,
      OptionalLong modified,
      Optional<String> problem,
      Optional<Content> content) {}

  /**
   * What a manifest says.
   *
   * @param parent the file of the manifest that it continues, unless it is the first
   * @param sequence how many commits the pipeline has made, over all epochs
   * @param header what is known about the pipeline
   * @param checkpoint the state; empty if it is not whole
   */
  public record Content(
      Optional<String> parent,
      long sequence,
      CommitHeader header,
      Optional<RestoredCheckpoint> checkpoint) {}

  /**
   * Reads a directory, and checks every file that a manifest names.
   *
   * @param location a directory in one of Beam's filesystems
   * @throws CheckpointException if there is no filesystem for it, there is no manifest in it, or it
   *     cannot be read
   */
  public static CheckpointInventory of(String location) {
    BeamFiles files = BeamFiles.at(location);
    try {
      return read(files);
    } catch (IOException e) {
      throw new CheckpointException(
          "The checkpoint directory " + files.location() + " cannot be read: " + e, e);
    }
  }

  private static CheckpointInventory read(BeamFiles files) throws IOException {
    Map<String, MatchResult.Metadata> all = new HashMap<>();
    NavigableSet<FileName> ours = new TreeSet<>();
    for (MatchResult.Metadata file : files.all()) {
      String name = String.valueOf(file.resourceId().getFilename());
      all.put(name, file);
      FileName.parse(name).ifPresent(ours::add);
    }
    ManifestReader reader = new ManifestReader(files);
    Set<String> named = new HashSet<>();
    List<Found> found = new ArrayList<>();
    for (FileName name : ours.descendingSet()) {
      if (name.kind() == FileName.Kind.MANIFEST) {
        found.add(look(files, reader, name, modified(all.get(name.toString())), named));
      }
    }
    if (found.isEmpty()) {
      throw new CheckpointException(
          "There is no checkpoint in "
              + files.location()
              + ": "
              + (all.isEmpty()
                  ? "it does not exist or is empty"
                  : "none of its files is a manifest"));
    }
    long bytes = 0;
    for (MatchResult.Metadata file : all.values()) {
      bytes += file.sizeBytes();
    }
    long unnamedBytes = 0;
    int unnamedFiles = 0;
    for (FileName name : ours) {
      if (name.kind() == FileName.Kind.DATA && !named.contains(name.toString())) {
        unnamedBytes += all.get(name.toString()).sizeBytes();
        unnamedFiles++;
      }
    }
    return new CheckpointInventory(files.location(), found, bytes, unnamedBytes, unnamedFiles);
  }

  private static OptionalLong modified(MatchResult.Metadata file) {
    long millis = file.lastModifiedMillis();
    return millis > 0 ? OptionalLong.of(millis) : OptionalLong.empty();
  }

  private static Found look(
      StoredFiles files,
      ManifestReader reader,
      FileName name,
      OptionalLong modified,
      Set<String> named)
      throws IOException {
    Optional<String> problem = Optional.empty();
    Optional<Content> content = Optional.empty();
    try {
      ManifestFormat.Content read = reader.read(name);
      if (read instanceof ManifestFormat.Whole whole) {
        Manifest manifest = whole.manifest();
        named.addAll(manifest.files().keySet());
        problem = reader.problem(manifest);
        Optional<RestoredCheckpoint> checkpoint =
            problem.isPresent()
                ? Optional.empty()
                : Optional.of(RestoredCheckpoint.load(files, manifest));
        content = Optional.of(content(manifest, checkpoint));
      } else if (read instanceof ManifestFormat.Broken broken) {
        problem = Optional.of(broken.problem());
      }
    } catch (FileNotFoundException | NoSuchFileException e) {
      problem = Optional.of("a file of it was deleted while it was read");
    } catch (CheckpointException e) {
      problem = Optional.of(String.valueOf(e.getMessage()));
    }
    return new Found(
        name.toString(), name.epoch(), name.commit(), name.writer(), modified, problem, content);
  }

  private static Content content(Manifest manifest, Optional<RestoredCheckpoint> checkpoint) {
    return new Content(
        Optional.ofNullable(manifest.parent()).map(FileName::toString),
        manifest.sequence(),
        manifest.header(),
        checkpoint);
  }
}
