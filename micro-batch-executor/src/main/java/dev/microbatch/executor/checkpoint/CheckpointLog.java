package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.checkpoint.Manifest.Blob;
import dev.microbatch.executor.checkpoint.Manifest.Chain;
import dev.microbatch.executor.checkpoint.Manifest.Piece;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commits of a pipeline in one {@link CheckpointStore}.
 *
 * <h2>A commit</h2>
 *
 * First the data files, then the manifest that names them: with it, the commit stands. What a
 * retained manifest does not name is deleted afterwards.
 *
 * <h2>Epochs</h2>
 *
 * Who opens the log goes on from the newest manifest of the highest epoch that is whole, and claims
 * the next epoch with a manifest of its own that has the same contents. Manifests of older epochs
 * that appear later count no more. Having written a manifest, a writer looks whether there is a
 * higher epoch; if there is, it stops.
 *
 * <h2>Writers that do not know that they are replaced</h2>
 *
 * Such a writer can do no harm. It deletes only what its newest manifests do not name, among them
 * the one before the last, and looks for a higher epoch before. So whatever the new writer went on
 * from is still there when the claim is written, or else a commit of the old one has come in
 * between, which the new writer sees when it looks again behind its claim; then it starts over. As
 * soon as the claim is there, the old writer's next look ends it.
 *
 * <p>{@link #commit} is called by one thread at a time; other methods by any.
 */
public final class CheckpointLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointLog.class);

  /** How many changes follow a full snapshot at the most. */
  private static final int MAX_CHANGES = 32;

  /** A small chain that is older keeps a file alive for the sake of a few bytes; in commits. */
  private static final int MAX_AGE = 64;

  /** How often an epoch is claimed when others do the same. */
  private static final int CLAIMS = 10;

  private final CheckpointStore store;
  private final int retained;
  private final String writer;
  private long epoch;
  private long written;
  private @Nullable RestoredCheckpoint restored;

  /** The newest manifests, by their names in order. */
  private final NavigableMap<FileNames, Manifest> manifests = new TreeMap<>();

  private volatile Manifest last;
  private volatile Map<ChainKey, Chain> chains = Map.of();

  private CheckpointLog(CheckpointStore store, int retained) {
    this.store = store;
    this.retained = Math.max(2, retained);
    this.writer = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }

  /**
   * Finds the newest commit that is whole, and claims the place.
   *
   * @param store where the commits are; closed with the log, or if this fails
   * @param retained how many manifests are kept, at least 2
   * @throws CheckpointException if there are commits but none is whole, or if the place cannot be
   *     used
   */
  public static CheckpointLog open(CheckpointStore store, int retained) {
    CheckpointLog log = new CheckpointLog(store, retained);
    try {
      for (int attempt = 1; !log.claim(); attempt++) {
        if (attempt == CLAIMS) {
          throw new CheckpointException(
              "Other processes keep taking "
                  + store.location()
                  + ". Give each pipeline a checkpoint directory of its own");
        }
      }
      return log;
    } catch (IOException e) {
      store.close();
      throw new CheckpointException(
          "The checkpoint directory "
              + store.location()
              + " cannot be used ("
              + e
              + "). This process must be allowed to read and write there",
          e);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private boolean claim() throws IOException {
    SortedSet<String> names = store.list();
    TreeSet<FileNames> found = parse(names, FileNames.MANIFEST);
    manifests.clear();
    restored = null;
    Manifest newest = newestWhole(found);
    epoch = highestEpoch(names) + 1;
    String parent = newest == null ? null : newest.name();
    FileNames name = name(FileNames.MANIFEST, newest == null ? 0 : commit(newest));
    Manifest claim =
        new Manifest(
            Manifest.FORMAT,
            name.name(),
            parent,
            newest == null ? 0 : newest.sequence(),
            newest == null ? null : newest.header(),
            newest == null ? List.of() : newest.chains(),
            newest == null ? Map.of() : newest.attachments());
    write(claim);
    if (isOvertaken(claim, parent)) {
      store.delete(claim.name());
      return false;
    }
    adopt(name, claim);
    return true;
  }

  private static long commit(Manifest manifest) {
    return manifest.header() == null ? 0 : manifest.header().commit();
  }

  private static long highestEpoch(Set<String> names) {
    long highest = 0;
    for (String name : names) {
      FileNames known = FileNames.parse(name);
      if (known != null) {
        highest = Math.max(highest, known.epoch());
      }
    }
    return highest;
  }

  private static TreeSet<FileNames> parse(Set<String> names, char kind) {
    TreeSet<FileNames> parsed = new TreeSet<>();
    for (String name : names) {
      FileNames known = FileNames.parse(name);
      if (known != null && known.kind() == kind) {
        parsed.add(known);
      }
    }
    return parsed;
  }

  /** Whether something has happened between the look at what is there and the claim. */
  private boolean isOvertaken(Manifest claim, @Nullable String parent) throws IOException {
    SortedSet<String> names = store.list();
    FileNames before = parent == null ? null : FileNames.parse(parent);
    for (FileNames other : parse(names, FileNames.MANIFEST)) {
      boolean ours = other.name().equals(claim.name());
      boolean newer =
          before == null ? other.commit() > 0 : other.epoch() == before.epoch() && isNew(other);
      if (!ours && (other.epoch() >= epoch || newer)) {
        return true;
      }
    }
    return !names.containsAll(claim.files());
  }

  /** Whether a manifest was not there when the newest one was looked for. */
  private boolean isNew(FileNames manifest) {
    return !seen.contains(manifest);
  }

  private Set<FileNames> seen = Set.of();

  /** The newest manifest that is whole; null if nothing was ever committed. */
  private @Nullable Manifest newestWhole(TreeSet<FileNames> found) {
    seen = Set.copyOf(found);
    String broken = null;
    Manifest newest = null;
    for (FileNames name : found.descendingSet()) {
      try {
        Manifest manifest = read(name.name());
        if (newest == null) {
          Map<String, byte[]> attachments = verify(manifest);
          newest = manifest;
          if (manifest.header() != null) {
            restored = new RestoredCheckpoint(store, manifest, attachments);
          }
        }
        manifests.put(name, manifest);
        if (manifests.size() == retained) {
          break;
        }
      } catch (IOException e) {
        LOG.warn("{} in {} is passed over: {}", name.name(), store.location(), e.getMessage());
        if (newest == null && name.commit() > 0) {
          broken = broken == null ? name.name() + ": " + e.getMessage() : broken;
        }
      }
    }
    if (broken != null && (newest == null || newest.header() == null)) {
      throw new CheckpointException(
          "No checkpoint in "
              + store.location()
              + " can be restored. The newest is "
              + broken
              + ". Bring the file back from a backup, or begin anew in another --checkpointDir");
    }
    return newest;
  }

  private Manifest read(String name) throws IOException {
    try (var in = store.open(name, 0)) {
      return Manifest.decode(name, in.readAllBytes());
    }
  }

  /** Reads every byte that a manifest names; gives its attachments. */
  private Map<String, byte[]> verify(Manifest manifest) throws IOException {
    Map<String, byte[]> attachments = new HashMap<>();
    try {
      for (Chain chain : manifest.chains()) {
        for (Piece piece : chain.pieces()) {
          PieceReader.verify(store, piece);
        }
      }
      for (Map.Entry<String, Blob> attachment : manifest.attachments().entrySet()) {
        attachments.put(attachment.getKey(), read(attachment.getValue()));
      }
    } catch (NoSuchFileException e) {
      throw new IOException("the file " + e.getFile() + " is missing", e);
    }
    return attachments;
  }

  private byte[] read(Blob blob) throws IOException {
    try (var in = store.open(blob.file(), blob.offset())) {
      byte[] content = in.readNBytes(blob.length());
      if (content.length < blob.length() || DataWriter.crc(content) != blob.crc32c()) {
        throw new IOException(
            "the file "
                + blob.file()
                + " was changed: what is at byte "
                + blob.offset()
                + " has another checksum");
      }
      return content;
    }
  }

  private FileNames name(char kind, long commit) {
    return new FileNames(kind, epoch, commit, written++, writer);
  }

  private void write(Manifest manifest) throws IOException {
    byte[] bytes = manifest.encode();
    try (CheckpointStore.NewFile file = store.create(manifest.name())) {
      file.write(bytes, 0, bytes.length);
      file.finish();
    }
  }

  private void adopt(FileNames name, Manifest manifest) {
    manifests.put(name, manifest);
    last = manifest;
    Map<ChainKey, Chain> now = new LinkedHashMap<>();
    for (Chain chain : manifest.chains()) {
      now.put(new ChainKey(chain.step(), chain.partition()), chain);
    }
    chains = now;
  }

  /** What the pipeline goes on from; empty if nothing was committed yet. */
  public Optional<RestoredCheckpoint> restored() {
    return Optional.ofNullable(restored);
  }

  /** The epoch of this writer. */
  public long epoch() {
    return epoch;
  }

  /**
   * Whether the next snapshot of a task has to be a full one: because there is none yet, or because
   * so much has been written since that it pays.
   *
   * @param step the name of the head of its stage
   * @param partition its partition
   */
  public boolean wantsFull(String step, int partition) {
    Chain chain = chains.get(new ChainKey(step, partition));
    if (chain == null) {
      return true;
    }
    List<Piece> pieces = chain.pieces();
    long changes = 0;
    for (int i = 1; i < pieces.size(); i++) {
      changes += pieces.get(i).length();
    }
    Piece full = pieces.get(0);
    boolean small = full.length() + changes < DataWriter.LARGE_BYTES;
    return small
        ? pieces.size() > MAX_CHANGES || last.sequence() - full.sequence() > MAX_AGE
        : changes > Math.max(full.length(), DataWriter.LARGE_BYTES);
  }

  /**
   * Makes a commit durable. It is when this returns. After an {@link IOException} it may be tried
   * again.
   *
   * @param commit the commit; its snapshots are not closed
   * @throws IOException if it cannot be written
   * @throws FencedException if another process has taken over
   */
  public CommitStats commit(Commit commit) throws IOException {
    long start = System.nanoTime();
    CommitHeader header = commit.header();
    long sequence = last.sequence() + 1;
    try (DataWriter data =
        new DataWriter(store, () -> name(FileNames.DATA, header.commit()).name(), sequence)) {
      List<Chain> next = write(commit, data);
      Map<String, Blob> attachments = attach(commit.attachments(), data);
      data.finish();
      FileNames name = name(FileNames.MANIFEST, header.commit());
      Manifest manifest =
          new Manifest(
              Manifest.FORMAT, name.name(), last.name(), sequence, header, next, attachments);
      write(manifest);
      SortedSet<String> names = store.list();
      fence(names);
      adopt(name, manifest);
      tidy(names);
      return new CommitStats(
          header.commit(), data.bytes(), data.files() + 1, System.nanoTime() - start);
    }
  }

  private List<Chain> write(Commit commit, DataWriter data) throws IOException {
    CommitHeader header = commit.header();
    boolean rescaled = last.header() != null && last.header().parallelism() != header.parallelism();
    Map<ChainKey, Chain> next = new LinkedHashMap<>();
    if (!rescaled) {
      chains.forEach(
          (key, chain) -> {
            if (header.steps().contains(key.step())) {
              next.put(key, chain);
            }
          });
    }
    for (Segment segment : commit.segments()) {
      boolean full = segment.snapshot().full();
      if (full || !segment.snapshot().isEmpty()) {
        ChainKey key = new ChainKey(segment.step(), segment.partition());
        List<Piece> pieces = new ArrayList<>();
        if (!full) {
          pieces.addAll(next.get(key).pieces());
        }
        pieces.add(data.write(segment));
        next.put(key, new Chain(key.step(), key.partition(), pieces));
      }
    }
    return List.copyOf(next.values());
  }

  private Map<String, Blob> attach(Map<String, byte[]> attachments, DataWriter data)
      throws IOException {
    Map<String, Blob> blobs = new TreeMap<>();
    for (Map.Entry<String, byte[]> attachment : attachments.entrySet()) {
      byte[] content = attachment.getValue();
      Blob before = last.attachments().get(attachment.getKey());
      boolean same =
          before != null
              && before.length() == content.length
              && before.crc32c() == DataWriter.crc(content);
      blobs.put(attachment.getKey(), same ? before : data.write(content));
    }
    return blobs;
  }

  private void fence(SortedSet<String> names) {
    for (FileNames other : parse(names, FileNames.MANIFEST)) {
      if (other.epoch() > epoch || (other.epoch() == epoch && !other.writer().equals(writer))) {
        throw new FencedException(store.location(), other.name());
      }
    }
  }

  /** Deletes what no retained manifest names. A failure costs space, not safety. */
  private void tidy(SortedSet<String> names) {
    while (manifests.size() > retained) {
      manifests.pollFirstEntry();
    }
    Set<String> needed = new TreeSet<>();
    for (Manifest manifest : manifests.values()) {
      needed.add(manifest.name());
      needed.addAll(manifest.files());
    }
    for (String name : names) {
      if (FileNames.parse(name) != null && !needed.contains(name)) {
        try {
          store.delete(name);
        } catch (IOException e) {
          LOG.warn("{} in {} cannot be deleted", name, store.location(), e);
        }
      }
    }
  }

  /** Lets others use the place. Does not throw. */
  @Override
  public void close() {
    store.close();
  }
}
