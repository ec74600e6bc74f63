package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.StateSnapshot;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Writes one commit: data files, then the manifest that names them and those still needed. */
final class CommitWriter {

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
   * @param names the names of the epoch's files
   * @param previous what the commit goes on from; null if it is the first
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
  record Written(Manifest manifest, long bytes, int files) {}

  /** Writes it. When this returns it is durable. */
  Written write(Commit commit) throws IOException {
    long sequence = previous == null ? 1 : previous.sequence() + 1;
    try (CommitFiles data = new CommitFiles(store, names::data, sequence)) {
      Set<ChainKey> seen = new HashSet<>();
      for (Segment segment : commit.segments()) {
        ChainKey key = new ChainKey(segment.step(), segment.partition());
        check(seen.add(key), key, "has two segments");
        check(header.steps().contains(key.step()), key, "is not among the steps of the header");
        write(key, segment.snapshot(), data);
      }
      for (Map.Entry<String, byte[]> attachment : new TreeMap<>(commit.attachments()).entrySet()) {
        attachments.put(
            attachment.getKey(), write(attachment.getKey(), attachment.getValue(), data));
      }
      List<DataFile> written = data.finish();
      written.forEach(file -> files.put(file.name(), file));
      Manifest manifest =
          new Manifest(
              names.manifest(),
              previous == null ? null : previous.name(),
              sequence,
              header,
              chains,
              attachments,
              neededFiles());
      byte[] text = ManifestFormat.encode(manifest);
      data.published();
      DurableFile.write(store, manifest.name(), text);
      long bytes = written.stream().mapToLong(DataFile::length).sum() + text.length;
      return new Written(manifest, bytes, written.size() + 1);
    }
  }

  private void write(ChainKey key, StateSnapshot snapshot, CommitFiles data) throws IOException {
    if (snapshot.scope().isEverything()) {
      chains.put(key, data.write(snapshot).map(List::of).orElse(List.of()));
    } else if (!snapshot.isEmpty() || !snapshot.scope().isChanges()) {
      List<SegmentRef> chain = chains.get(key);
      check(chain != null, key, "has a delta and nothing that it is a delta to");
      data.write(snapshot)
          .ifPresent(segment -> chains.put(key, Segments.append(chain, segment, groups(key))));
    }
  }

  private KeyGroupRange groups(ChainKey key) {
    return KeyGroupRange.ofPartition(key.partition(), header.parallelism(), header.keyGroups());
  }

  private AttachmentRef write(String name, byte[] bytes, CommitFiles data) throws IOException {
    String sha256 = Sha256.hex(bytes);
    AttachmentRef before = previous == null ? null : previous.attachments().get(name);
    boolean carryOver =
        before != null
            && before.sha256().equals(sha256)
            && before.length() == bytes.length
            && !ChainPolicy.isPinned(before.file(), before.length(), previous);
    return carryOver ? before : data.write(bytes, sha256);
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
