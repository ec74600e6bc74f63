package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A checkpoint to resume from. Its files are kept until the log has made as many commits as it
 * retains.
 *
 * <p>Thread-safe: chains may be read in parallel.
 */
public final class RestoredCheckpoint {

  private final StoredFiles store;
  private final Manifest manifest;
  private final Map<String, byte[]> attachments;

  private RestoredCheckpoint(
      StoredFiles store, Manifest manifest, Map<String, byte[]> attachments) {
    this.store = store;
    this.manifest = manifest;
    this.attachments = attachments;
  }

  static RestoredCheckpoint load(StoredFiles store, Manifest manifest) throws IOException {
    Map<String, byte[]> attachments = new TreeMap<>();
    for (Map.Entry<String, AttachmentRef> entry : manifest.attachments().entrySet()) {
      AttachmentRef at = entry.getValue();
      try (InputStream in = store.open(at.file(), at.offset())) {
        attachments.put(entry.getKey(), in.readNBytes(at.length()));
      }
    }
    return new RestoredCheckpoint(store, manifest, Collections.unmodifiableMap(attachments));
  }

  /**
   * The state of one step in one partition of the pipeline that was committed.
   *
   * @param step the name of the step
   * @param partition the partition then
   * @param pieces in how many pieces it is: a base and deltas
   * @param entries how many entries are to be read; those of a key count as often as it changed
   * @param bytes how many bytes are to be read
   */
  public record Chain(String step, int partition, int pieces, long entries, long bytes) {}

  /** Where it is, for messages. */
  public String location() {
    return store.location();
  }

  Manifest manifest() {
    return manifest;
  }

  /** What was said about the pipeline. */
  public CommitHeader header() {
    return manifest.header();
  }

  /** The attachments by name. The arrays are not to be modified. */
  public Map<String, byte[]> attachments() {
    return attachments;
  }

  /** Every step and partition that has state, by name and number. */
  public List<Chain> chains() {
    List<Chain> chains = new ArrayList<>();
    manifest
        .chains()
        .forEach(
            (key, segments) -> {
              if (!segments.isEmpty()) {
                chains.add(
                    new Chain(
                        key.step(),
                        key.partition(),
                        segments.size(),
                        segments.stream().mapToLong(SegmentRef::entries).sum(),
                        segments.stream().mapToLong(SegmentRef::length).sum()));
              }
            });
    return chains;
  }

  /** Where the state is, for the tasks that resume from it. */
  public TaskChains chainsOfTasks() {
    return TaskChains.of(store.location(), manifest);
  }

  /**
   * Reads base and deltas in order. Of a key group, what is rewritten later is left out; an entry
   * of no key may come several times, the last time as it is.
   *
   * @param chain one of {@link #chains}
   * @param range the wanted key groups. Entries of others are left out, those that belong to no key
   *     are always given
   * @param sink takes the entries. Consecutive ones of one key have the same array as key
   * @throws StoreUnavailableException if a file is there and cannot be read now
   * @throws CheckpointException if a file is damaged
   * @throws IOException if a file is missing, or the sink throws it
   */
  public void read(Chain chain, KeyGroupRange range, EntrySink sink) throws IOException {
    List<SegmentRef> segments =
        manifest.chains().get(new ChainKey(chain.step(), chain.partition()));
    if (segments == null) {
      throw new IllegalArgumentException("Not a chain of this checkpoint: " + chain);
    }
    ChainReader.read(store, segments, range, sink);
  }
}
