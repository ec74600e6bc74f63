package dev.microbatch.executor.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The first {@value #BYTES} bytes of a data file: {@code MBCHKPNT}, the format as 4 bytes, 4 bytes
 * of zeros. It tells a data file from any other file, and says how to read it before a byte of it
 * is interpreted.
 */
final class DataFileHeader {

  /** The format that is written. A manifest of format 2 has data files of format 1. */
  static final int FORMAT = 3;

  private static final int FIRST_FORMAT = 1;

  /** The length of the header, in bytes. */
  static final int BYTES = 16;

  private static final String MAGIC = "MBCHKPNT";

  private DataFileHeader() {}

  /** The header of a new file. */
  static byte[] encode() {
    return ByteBuffer.allocate(BYTES)
        .put(MAGIC.getBytes(StandardCharsets.US_ASCII))
        .putInt(FORMAT)
        .putInt(0)
        .array();
  }

  /**
   * Checks the header of a file whose checksum is right.
   *
   * @param location the place, for messages
   * @param file the name of the file, for messages
   * @param begin its first {@value #BYTES} bytes, or all of it if it has fewer
   * @return what is wrong with the file; empty if it can be read
   * @throws CheckpointException if a newer version of this runner wrote it
   */
  static Optional<String> problem(String location, String file, byte[] begin) {
    if (begin.length < BYTES) {
      return Optional.of(
          "is not a data file of a checkpoint: it has "
              + begin.length
              + " bytes, fewer than a header");
    }
    byte[] magic = Arrays.copyOf(begin, MAGIC.length());
    if (!Arrays.equals(magic, MAGIC.getBytes(StandardCharsets.US_ASCII))) {
      HexFormat hex = HexFormat.of();
      return Optional.of(
          "is not a data file of a checkpoint: it begins with "
              + hex.formatHex(magic, 0, 4)
              + ' '
              + hex.formatHex(magic, 4, 8)
              + " instead of '"
              + MAGIC
              + "'");
    }
    int format = ByteBuffer.wrap(begin).getInt(MAGIC.length());
    if (format > FORMAT) {
      throw new CheckpointException(
          "The checkpoint file "
              + file
              + " in "
              + location
              + " has format "
              + format
              + ", and this version of the runner reads up to "
              + FORMAT
              + ": run the pipeline with the version that wrote it, or a later one");
    }
    return format == FORMAT || format == FIRST_FORMAT
        ? Optional.empty()
        : Optional.of("has the format " + format + ", which no version has written");
  }
}
