package dev.microbatch.executor.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Files in memory, without a lock, and as unkind as a store may be: others see a file while it is
 * being written. Any number of logs may open it, one after the other or at once.
 */
public final class MemoryStore implements CheckpointStore {

  private final SortedMap<String, ByteArrayOutputStream> files = new ConcurrentSkipListMap<>();

  /** The contents of a file. */
  public byte[] read(String name) {
    return files.get(name).toByteArray();
  }

  /** Makes a file, or replaces it. */
  public void replace(String name, byte[] bytes) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(bytes);
    files.put(name, file);
  }

  /** The size of all files. */
  public long bytes() {
    return files.values().stream().mapToLong(ByteArrayOutputStream::size).sum();
  }

  /** A store with the same files, that goes its own way from now on. */
  public MemoryStore copy() {
    MemoryStore copy = new MemoryStore();
    files.forEach((name, file) -> copy.replace(name, file.toByteArray()));
    return copy;
  }

  @Override
  public String location() {
    return "memory";
  }

  @Override
  public SortedSet<String> list() {
    return new TreeSet<>(files.keySet());
  }

  @Override
  public NewFile create(String name) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    if (files.putIfAbsent(name, file) != null) {
      throw new FileAlreadyExistsException(name);
    }
    return new NewFile() {
      private boolean finished;

      @Override
      public void write(byte[] bytes, int offset, int length) {
        file.write(bytes, offset, length);
      }

      @Override
      public void finish() {
        finished = true;
      }

      @Override
      public void close() {
        if (!finished) {
          files.remove(name);
        }
      }
    };
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    ByteArrayOutputStream file = files.get(name);
    if (file == null) {
      throw new FileNotFoundException(name);
    }
    InputStream in = new ByteArrayInputStream(file.toByteArray());
    in.skipNBytes(offset);
    return in;
  }

  @Override
  public void delete(String name) {
    files.remove(name);
  }

  @Override
  public void close() {}
}
