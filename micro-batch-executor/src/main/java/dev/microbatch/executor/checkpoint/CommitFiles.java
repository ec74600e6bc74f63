package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data files of one commit: one that its segments and attachments share, and one of its own for
 * each that is large. So a commit takes few files, and what is still needed keeps little else from
 * being deleted.
 */
final class CommitFiles implements AutoCloseable {

  /** What is larger gets a file of its own, in bytes. */
  static final int SHARED_BYTES = 1 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(CommitFiles.class);

  private final AttachedStore store;
  private final Supplier<FileName> names;
  private final long sequence;
  private final BlockBuffer buffer = new BlockBuffer(2 * SegmentWriter.BLOCK_BYTES);
  private final List<DataFile> finished = new ArrayList<>();
  private @Nullable DurableFile shared;
  private boolean published;

  /**
   * Begins a commit.
   *
   * @param store where to write
   * @param names gives a new name at each call
   * @param sequence the sequence number of the commit
   */
  CommitFiles(AttachedStore store, Supplier<FileName> names, long sequence) {
    this.store = store;
    this.names = names;
    this.sequence = sequence;
  }

  /**
   * Writes a snapshot; nothing if it has no entries, unless those are missing that are in the
   * segments before it.
   */
  Optional<SegmentRef> write(StateSnapshot snapshot) throws IOException {
    try (Spool spool = new Spool()) {
      SegmentWriter writer = new SegmentWriter(spool::write, snapshot.scope());
      snapshot.writeTo(writer);
      writer.finish();
      SnapshotScope scope = snapshot.scope();
      if (writer.entries() == 0 && (scope.isChanges() || scope.isEverything())) {
        return Optional.empty();
      }
      Place place = spool.end();
      return Optional.of(
          new SegmentRef(
              place.file(),
              place.offset(),
              place.length(),
              writer.entries(),
              scope,
              writer.whole()));
    }
  }

  /** Writes an attachment. */
  AttachmentRef write(byte[] attachment, String sha256) throws IOException {
    try (Spool spool = new Spool()) {
      spool.write(attachment, 0, attachment.length);
      Place place = spool.end();
      return new AttachmentRef(place.file(), place.offset(), attachment.length, sha256);
    }
  }

  /** Makes everything durable, and says in which files it is. */
  List<DataFile> finish() throws IOException {
    DurableFile file = shared;
    if (file != null) {
      finish(file);
    }
    return finished;
  }

  private void finish(DurableFile file) throws IOException {
    file.finish();
    finished.add(new DataFile(file.name().toString(), file.length(), file.checksum(), sequence));
  }

  /** From now on the files may be named by a manifest, so {@link #close} leaves them alone. */
  void published() {
    published = true;
  }

  /** Deletes the files unless they were published. */
  @Override
  public void close() {
    if (shared != null) {
      shared.close();
    }
    if (!published) {
      for (DataFile file : finished) {
        try {
          store.delete(file.name());
        } catch (IOException e) {
          LOG.warn("Could not delete {} in {}", file.name(), store.location(), e);
        }
      }
    }
  }

  private DurableFile create() throws IOException {
    DurableFile file = DurableFile.create(store, names.get());
    boolean begun = false;
    try {
      file.write(DataFileHeader.encode(), 0, DataFileHeader.BYTES);
      begun = true;
      return file;
    } finally {
      if (!begun) {
        file.close();
      }
    }
  }

  /** Where something was written. */
  private record Place(String file, long offset, long length) {}

  /** Takes one segment or attachment, in memory for as long as it may go to the shared file. */
  private final class Spool implements AutoCloseable {
    private @Nullable DurableFile own;

    Spool() {
      buffer.truncate(0);
    }

    void write(byte[] bytes, int offset, int length) throws IOException {
      DurableFile file = own;
      if (file == null && (long) buffer.size() + length > SHARED_BYTES) {
        file = create();
        own = file;
        file.write(buffer.bytes(), 0, buffer.size());
      }
      if (file == null) {
        buffer.put(bytes, offset, length);
      } else {
        file.write(bytes, offset, length);
      }
    }

    Place end() throws IOException {
      DurableFile file = own;
      if (file != null) {
        finish(file);
        long length = file.length() - DataFileHeader.BYTES;
        return new Place(file.name().toString(), DataFileHeader.BYTES, length);
      }
      file = shared;
      if (file == null) {
        file = create();
        shared = file;
      }
      Place place = new Place(file.name().toString(), file.length(), buffer.size());
      file.write(buffer.bytes(), 0, buffer.size());
      return place;
    }

    @Override
    public void close() {
      if (own != null) {
        own.close();
      }
    }
  }
}
