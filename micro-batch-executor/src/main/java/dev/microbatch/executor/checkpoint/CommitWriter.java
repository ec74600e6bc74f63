package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.KeyGroupRange;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes one commit, of which all data files are durable: writes the manifest that names them
 * and those still needed.
 */
final class CommitWriter {

  private static final Logger LOG = LoggerFactory.getLogger(CommitWriter.class);

  private final CheckpointStore store;
  private final Names names;
  private final @Nullable Manifest previous;
  private final CommitHeader header;
  private final Map<ChainKey, List<SegmentRef>> chains = new TreeMap<>();
  private final Map<String, AttachmentRef> attachments = new TreeMap<>();
  private final Map<String, DataFile> files = new TreeMap<>();

  /**
   * Prepares a commit.
   *
   * @param store where to write
   * @param names the names of the epoch's manifests
   * @param previous what the commit continues; null if it is the first
   * @param header the header of the commit
   */
  CommitWriter(
      CheckpointStore store, Names names, @Nullable Manifest previous, CommitHeader header) {
    this.store = store;
    this.names = names;
    this.previous = previous;
    this.header = header;
    if (previous != null) {
      files.putAll(previous.files());
      if (previous.header().parallelism() == header.parallelism()) {
        chains.putAll(previous.chains());
        chains.keySet().removeIf(key -> !header.steps().contains(key.step()));
      }
    }
  }

  /** What was written. */
  record Written(Manifest manifest, long bytes, int files, List<StepBytes> steps) {}

  /**
   * Writes the manifest. When this returns the commit is durable.
   *
   * @param written what has been written of the commit. It is deleted if it does not fit
   * @param kept the attachments that are as before
   */
  Written write(WrittenFiles written, Map<String, AttachmentRef> kept) throws IOException {
    Manifest manifest = null;
    byte[] text;
    try {
      manifest = manifest(written, kept);
      text = ManifestFormat.encode(manifest);
    } finally {
      if (manifest == null) {
        delete(written.files());
      }
    }
    DurableFile.write(store, manifest.name(), text);
    long bytes = written.files().stream().mapToLong(DataFile::length).sum() + text.length;
    return new Written(manifest, bytes, written.files().size() + 1, steps(written, manifest));
  }

  private static List<StepBytes> steps(WrittenFiles written, Manifest manifest) {
    Map<String, Long> fresh = new HashMap<>();
    for (WrittenSegment segment : written.segments()) {
      if (segment.segment() != null) {
        fresh.merge(segment.step(), segment.segment().length(), Long::sum);
      }
    }
    Map<String, Long> kept = new HashMap<>();
    manifest
        .chains()
        .forEach(
            (key, chain) ->
                kept.merge(
                    key.step(), chain.stream().mapToLong(SegmentRef::length).sum(), Long::sum));
    return kept.entrySet().stream()
        .filter(step -> step.getValue() > 0)
        .map(
            step ->
                new StepBytes(
                    step.getKey(), fresh.getOrDefault(step.getKey(), 0L), step.getValue()))
        .sorted(
            Comparator.comparingLong(StepBytes::written).reversed().thenComparing(StepBytes::step))
        .toList();
  }

  private Manifest manifest(WrittenFiles written, Map<String, AttachmentRef> kept) {
    Set<ChainKey> seen = new HashSet<>();
    for (WrittenSegment segment : written.segments()) {
      ChainKey key = new ChainKey(segment.step(), segment.partition());
      check(seen.add(key), key, "has two segments");
      check(header.steps().contains(key.step()), key, "is not among the steps of the header");
      add(key, segment);
    }
    attachments.putAll(kept);
    attachments.putAll(written.attachments());
    written.files().forEach(file -> files.put(file.name(), file));
    return new Manifest(
        names.manifest(),
        previous == null ? null : previous.name(),
        sequence(previous),
        header,
        chains,
        attachments,
        neededFiles());
  }

  /** How many commits there are with the one behind a manifest. */
  static long sequence(@Nullable Manifest previous) {
    return previous == null ? 1 : previous.sequence() + 1;
  }

  private void add(ChainKey key, WrittenSegment written) {
    SegmentRef segment = written.segment();
    if (written.scope().isEverything()) {
      chains.put(key, segment == null ? List.of() : List.of(segment));
    } else if (segment != null) {
      List<SegmentRef> chain = chains.get(key);
      check(chain != null, key, "has a delta and nothing that it is a delta to");
      chains.put(key, Segments.append(chain, segment, groups(key)));
    }
  }

  private KeyGroupRange groups(ChainKey key) {
    return KeyGroupRange.ofPartition(key.partition(), header.parallelism(), header.keyGroups());
  }

  private Map<String, DataFile> neededFiles() {
    Map<String, DataFile> needed = new TreeMap<>();
    for (List<SegmentRef> chain : chains.values()) {
      for (SegmentRef segment : chain) {
        needed.put(segment.file(), files.get(segment.file()));
      }
    }
    for (AttachmentRef attachment : attachments.values()) {
      needed.put(attachment.file(), files.get(attachment.file()));
    }
    return needed;
  }

  private void delete(List<DataFile> unwanted) {
    for (DataFile file : unwanted) {
      try {
        store.delete(file.name());
      } catch (IOException e) {
        LOG.warn("Could not delete {} in {}", file.name(), store.location(), e);
      }
    }
  }

  private void check(boolean good, ChainKey key, String problem) {
    if (!good) {
      throw new IllegalArgumentException(
          "Commit "
              + header.commit()
              + ": step '"
              + key.step()
              + "' in partition "
              + key.partition()
              + " "
              + problem);
    }
  }
}
