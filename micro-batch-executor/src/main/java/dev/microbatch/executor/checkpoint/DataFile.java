package dev.microbatch.executor.checkpoint;

import java.io.Serializable;

/**
 * A data file that is complete.
 *
 * @param name its name
 * @param length in bytes
 * @param checksum the CRC32C of all of it
 * @param sequence which commit of this pipeline, counted from its first one, wrote it
 */
public record DataFile(String name, long length, int checksum, long sequence)
    implements Serializable {

  /** Whether there is nothing in it but one segment or attachment of this length. */
  boolean holdsOnly(long bytes) {
    return length == DataFileHeader.BYTES + bytes;
  }
}
