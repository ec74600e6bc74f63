package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.checkpoint.Manifest.Blob;
import dev.microbatch.executor.checkpoint.Manifest.Piece;
import dev.microbatch.executor.state.StateEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

/**
 * Writes the data files of one commit: one for all that is small, and one for each piece that is
 * large, so that a large piece that nobody needs any more can be deleted.
 *
 * <p>Not thread-safe.
 */
final class DataWriter implements AutoCloseable {

  /** From so many bytes on, a piece gets a file of its own. */
  static final int LARGE_BYTES = 1 << 20;

  private final CheckpointStore store;
  private final Supplier<String> names;
  private final long sequence;
  private final List<Open> files = new ArrayList<>();
  private Open shared;
  private long bytes;

  /** A file that is being written. */
  private static final class Open {
    final String name;
    final CheckpointStore.NewFile file;
    long length;

    Open(String name, CheckpointStore.NewFile file) {
      this.name = name;
      this.file = file;
    }
  }

  /**
   * Creates the writer; no file is created yet.
   *
   * @param store where the files go
   * @param names gives a new name each time
   * @param sequence which commit this is
   */
  DataWriter(CheckpointStore store, Supplier<String> names, long sequence) {
    this.store = store;
    this.names = names;
    this.sequence = sequence;
  }

  private Open create() throws IOException {
    String name = names.get();
    Open open = new Open(name, store.create(name));
    files.add(open);
    return open;
  }

  private Open shared() throws IOException {
    if (shared == null) {
      shared = create();
    }
    return shared;
  }

  private void write(Open open, byte[] content, int length) throws IOException {
    open.file.write(content, 0, length);
    open.length += length;
    bytes += length;
  }

  /** Writes what a task contributes. */
  Piece write(Segment segment) throws IOException {
    PieceWriter writer = new PieceWriter();
    segment.snapshot().writeTo(writer::add);
    return writer.finish();
  }

  /** Writes some bytes. */
  Blob write(byte[] content) throws IOException {
    Open open = shared();
    Blob blob = new Blob(open.name, open.length, content.length, crc(content));
    write(open, content, content.length);
    return blob;
  }

  static int crc(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return (int) crc.getValue();
  }

  /** Writes one piece. */
  private final class PieceWriter {

    private final BlockFormat.Writer block = new BlockFormat.Writer();
    private final ByteArrayOutputStream small = new ByteArrayOutputStream();
    private Open own;

    void add(StateEntry entry) throws IOException {
      block.add(entry);
      if (block.size() >= BlockFormat.TARGET_BYTES) {
        flush();
      }
    }

    private void flush() throws IOException {
      byte[] content = block.finish();
      if (own != null) {
        write(own, content, content.length);
        return;
      }
      small.write(content);
      if (small.size() >= LARGE_BYTES) {
        own = create();
        write(own, small.toByteArray(), small.size());
        small.reset();
      }
    }

    Piece finish() throws IOException {
      if (block.size() > 0) {
        flush();
      }
      if (own != null) {
        return new Piece(own.name, 0, own.length, sequence);
      }
      Open open = shared();
      Piece piece = new Piece(open.name, open.length, small.size(), sequence);
      write(open, small.toByteArray(), small.size());
      return piece;
    }
  }

  /** Makes all files durable. */
  void finish() throws IOException {
    for (Open open : files) {
      open.file.finish();
    }
  }

  /** How many bytes were written. */
  long bytes() {
    return bytes;
  }

  /** How many files. */
  int files() {
    return files.size();
  }

  @Override
  public void close() {
    files.forEach(open -> open.file.close());
  }
}
