package dev.microbatch.executor.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The contents of a manifest: everything that a commit consists of, and where it is.
 *
 * <pre>
 *   JSON, UTF-8
 *   a line: # length=&lt;bytes before this line&gt; crc32c=&lt;of these bytes, in hexadecimal&gt;
 * </pre>
 *
 * <p>Who finds the last line, and finds it to be true, has the whole manifest.
 *
 * @param format the version of the format of manifests and data files
 * @param name its own name
 * @param parent the name of the manifest that it goes on from; null if there is none
 * @param sequence how many commits came before it in the life of the pipeline
 * @param header what is said of the pipeline; null if nothing was committed yet
 * @param chains what each task keeps
 * @param attachments what else belongs to it, by name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Manifest(
    int format,
    String name,
    @Nullable String parent,
    long sequence,
    @Nullable CommitHeader header,
    List<Chain> chains,
    Map<String, Blob> attachments) {

  /** The version that this program writes; it reads no other. */
  static final int FORMAT = 1;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final String TRAILER = "\n# length=%d crc32c=%08x\n";

  /**
   * What one task keeps: a full snapshot, and what has changed since.
   *
   * @param step the name of the head of its stage
   * @param partition its partition
   * @param pieces where it is, the full snapshot first
   */
  record Chain(String step, int partition, List<Piece> pieces) {}

  /**
   * A run of blocks in a data file.
   *
   * @param file the name of the file
   * @param offset where it begins, in bytes
   * @param length how long it is, in bytes
   * @param sequence which commit wrote it
   */
  record Piece(String file, long offset, long length, long sequence) {}

  /**
   * A run of bytes in a data file.
   *
   * @param file the name of the file
   * @param offset where it begins, in bytes
   * @param length how long it is, in bytes
   * @param crc32c its checksum
   */
  record Blob(String file, long offset, int length, int crc32c) {}

  /** The names of all data files that it needs. */
  TreeSet<String> files() {
    TreeSet<String> files = new TreeSet<>();
    for (Chain chain : chains) {
      for (Piece piece : chain.pieces()) {
        files.add(piece.file());
      }
    }
    for (Blob blob : attachments.values()) {
      files.add(blob.file());
    }
    return files;
  }

  byte[] encode() {
    try {
      byte[] json = JSON.writeValueAsBytes(this);
      byte[] trailer =
          String.format(TRAILER, json.length, crc(json)).getBytes(StandardCharsets.UTF_8);
      byte[] whole = Arrays.copyOf(json, json.length + trailer.length);
      System.arraycopy(trailer, 0, whole, json.length, trailer.length);
      return whole;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a manifest is always JSON", e);
    }
  }

  private static int crc(byte[] json) {
    CRC32C crc = new CRC32C();
    crc.update(json);
    return (int) crc.getValue();
  }

  /**
   * Reads a manifest.
   *
   * @param name the name of its file
   * @param bytes the contents of the file
   * @throws IOException if it is torn or was changed
   * @throws CheckpointException if it is of another format
   */
  static Manifest decode(String name, byte[] bytes) throws IOException {
    int end = bytes.length - 1;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    int length = end - 1;
    byte[] json = length > 0 ? Arrays.copyOf(bytes, length) : new byte[0];
    byte[] trailer =
        String.format(TRAILER, json.length, crc(json)).getBytes(StandardCharsets.UTF_8);
    if (length <= 0 || !Arrays.equals(bytes, length, bytes.length, trailer, 0, trailer.length)) {
      throw new IOException("it is torn or was changed: its last line does not fit the others");
    }
    int format = JSON.readTree(json).path("format").asInt();
    if (format != FORMAT) {
      throw new CheckpointException(
          "The checkpoint "
              + name
              + " has format "
              + format
              + ", but this program reads format "
              + FORMAT
              + ". Run the version that wrote it");
    }
    return JSON.readValue(json, Manifest.class);
  }
}
