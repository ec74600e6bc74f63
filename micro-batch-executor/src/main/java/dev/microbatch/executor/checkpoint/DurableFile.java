package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.util.zip.CRC32C;

/** A file that is being written: counts its bytes, sums them up, and says which file has failed. */
final class DurableFile implements AutoCloseable {

  private final String location;
  private final FileName name;
  private final AttachedStore.NewFile file;
  private final CRC32C checksum = new CRC32C();
  private long length;

  private DurableFile(String location, FileName name, AttachedStore.NewFile file) {
    this.location = location;
    this.name = name;
    this.file = file;
  }

  static DurableFile create(AttachedStore store, FileName name) throws IOException {
    try {
      return new DurableFile(store.location(), name, store.create(name.toString()));
    } catch (IOException | RuntimeException e) { // some filesystems throw their client's own
      throw failed(store.location(), name, e);
    }
  }

  /** Writes a file as a whole. */
  static void write(AttachedStore store, FileName name, byte[] bytes) throws IOException {
    try (DurableFile file = create(store, name)) {
      file.write(bytes, 0, bytes.length);
      file.finish();
    }
  }

  FileName name() {
    return name;
  }

  /** Bytes written so far. */
  long length() {
    return length;
  }

  /** The CRC32C of what has been written so far. */
  int checksum() {
    return (int) checksum.getValue();
  }

  void write(byte[] bytes, int offset, int count) throws IOException {
    try {
      file.write(bytes, offset, count);
    } catch (IOException | RuntimeException e) { // some filesystems throw their client's own
      throw failed(location, name, e);
    }
    checksum.update(bytes, offset, count);
    length += count;
  }

  void finish() throws IOException {
    try {
      file.finish();
    } catch (IOException | RuntimeException e) { // some filesystems throw their client's own
      throw failed(location, name, e);
    }
  }

  private static IOException failed(String location, FileName name, Exception cause) {
    return new IOException(
        "Cannot write the checkpoint file " + name + " in " + location + ": " + cause, cause);
  }

  @Override
  public void close() {
    file.close();
  }
}
