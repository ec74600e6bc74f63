package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the newest checkpoint that is whole: the manifest can be read, and every file that it names
 * is there with its length and checksum.
 */
final class CheckpointFinder {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointFinder.class);

  private final CheckpointStore store;
  private final Listing listing;
  private final Map<FileName, ManifestFormat.Broken> broken = new TreeMap<>();
  private final ManifestReader reader;

  /**
   * Makes a finder.
   *
   * @param store where to read
   * @param listing what is there
   */
  CheckpointFinder(CheckpointStore store, Listing listing) {
    this.store = store;
    this.listing = listing;
    this.reader = new ManifestReader(store);
  }

  /**
   * The newest checkpoint and those before it.
   *
   * @param newest the newest one that is whole
   * @param older others before it, newest first, whose data files were not read
   */
  record Found(Optional<Manifest> newest, List<Manifest> older) {}

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
    broken.forEach(
        (name, problem) ->
            LOG.warn(
                "Passing over the checkpoint {} in {}: {}",
                name,
                store.location(),
                problem.problem()));
    return new Found(
        Optional.ofNullable(newest), newest == null ? List.of() : older(newest, names, count - 1));
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
