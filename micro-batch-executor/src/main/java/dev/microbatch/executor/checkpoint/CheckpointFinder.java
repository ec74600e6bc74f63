package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.log.Warnings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * Finds the newest checkpoint that is whole: the manifest can be read, and every file that it names
 * is there with its length and checksum.
 */
final class CheckpointFinder {

  private static final Logger LOG = Warnings.logger(CheckpointFinder.class);

  /** How often to look where files change all the time. */
  private static final int LOOKS = 10;

  private final CheckpointStore store;
  private final Listing listing;
  private final SortedMap<FileName, ManifestFormat.Broken> broken = new TreeMap<>();
  private final ManifestReader reader;

  /**
   * Makes a finder.
   *
   * @param store where to read
   * @param listing what is there
   * @param reader reads it; what it has found to be whole is not read again
   */
  CheckpointFinder(CheckpointStore store, Listing listing, ManifestReader reader) {
    this.store = store;
    this.listing = listing;
    this.reader = reader;
    reader.lookAgain(listing);
  }

  /**
   * The newest checkpoint and those before it.
   *
   * @param newest the newest one that is whole
   * @param older others before it, newest first, whose data files were not read
   * @param passedOver what is wrong with those that are newer
   */
  record Found(
      Optional<RestoredCheckpoint> newest,
      List<Manifest> older,
      SortedMap<FileName, ManifestFormat.Broken> passedOver) {

    /** Tells the person who runs the pipeline. */
    void logPassedOver(String location) {
      passedOver.forEach(
          (name, problem) ->
              LOG.warn(
                  "Passing over the checkpoint {} in {}: {}", name, location, problem.problem()));
    }
  }

  /**
   * Looks for it in a store that others may write to meanwhile, and leaves no trace there.
   *
   * @param store where to read
   * @param reader reads it, and knows behind that what is whole
   * @param count how many to find, the newest included
   * @return nothing if a pipeline that runs there deletes files faster than they can be read
   * @throws CheckpointException as {@link #find}
   * @throws IOException as {@link #find}
   */
  static Optional<Found> look(CheckpointStore store, ManifestReader reader, int count)
      throws IOException {
    Listing listing = Listing.of(store);
    for (int attempt = 0; attempt < LOOKS; attempt++) {
      try {
        return Optional.of(new CheckpointFinder(store, listing, reader).find(count));
      } catch (IOException | CheckpointException e) {
        Listing now = Listing.of(store);
        if (now.equals(listing)) {
          throw e;
        }
        listing = now;
      }
    }
    return Optional.empty();
  }

  /**
   * Looks for it.
   *
   * @param count how many to find, the newest included
   * @return nothing if there has never been a complete one
   * @throws CheckpointException if there were, and none of them is whole; or a newer version of
   *     this runner wrote them
   * @throws IOException if a file cannot be read
   */
  Found find(int count) throws IOException {
    Iterator<FileName> names =
        listing.files().descendingSet().stream()
            .filter(name -> name.kind() == FileName.Kind.MANIFEST)
            .iterator();
    Manifest newest = null;
    while (newest == null && names.hasNext()) {
      Manifest manifest = readManifest(names.next());
      newest = manifest != null && isWhole(manifest) ? manifest : null;
    }
    if (newest == null && !neverCommitted()) {
      throw nothingWhole();
    }
    SortedMap<FileName, ManifestFormat.Broken> passedOver = new TreeMap<>(broken);
    return newest == null
        ? new Found(Optional.empty(), List.of(), passedOver)
        : new Found(
            Optional.of(RestoredCheckpoint.load(store, newest)),
            older(newest, names, count - 1),
            passedOver);
  }

  private List<Manifest> older(Manifest newest, Iterator<FileName> names, int count)
      throws IOException {
    List<Manifest> older = new ArrayList<>();
    long sequence = newest.sequence();
    while (older.size() < count && names.hasNext()) {
      Manifest manifest = readManifest(names.next());
      // The first manifest of an epoch is the same checkpoint as its parent.
      if (manifest != null && manifest.sequence() < sequence) {
        older.add(manifest);
        sequence = manifest.sequence();
      }
    }
    return older;
  }

  private @Nullable Manifest readManifest(FileName name) throws IOException {
    ManifestFormat.Content content = reader.read(name);
    if (content instanceof ManifestFormat.Whole whole) {
      return whole.manifest();
    }
    broken.put(name, (ManifestFormat.Broken) content);
    return null;
  }

  private boolean isWhole(Manifest manifest) throws IOException {
    Optional<String> problem = reader.problem(manifest);
    problem.ifPresent(what -> broken.put(manifest.name(), new ManifestFormat.Broken(what, false)));
    return problem.isEmpty();
  }

  /**
   * Whether what is broken can only be first commits that were never completed: manifests that
   * break off, and no second commit of the same writer, because that is not begun before the first
   * is durable.
   */
  private boolean neverCommitted() {
    Map<String, Long> commits = new HashMap<>();
    for (Map.Entry<FileName, ManifestFormat.Broken> entry : broken.entrySet()) {
      FileName name = entry.getKey();
      Long other = commits.putIfAbsent(name.writer(), name.commit());
      if (!entry.getValue().torn() || (other != null && other != name.commit())) {
        return false;
      }
    }
    return true;
  }

  private CheckpointException nothingWhole() {
    StringBuilder message = new StringBuilder("No checkpoint in ");
    message.append(store.location()).append(" can be read.");
    broken.forEach(
        (name, problem) ->
            message.append(' ').append(name).append(": ").append(problem.problem()).append('.'));
    message.append(
        " Bring the named files back from a copy; or, to start from the beginning, empty the"
            + " directory or name another");
    return new CheckpointException(message.toString());
  }
}
