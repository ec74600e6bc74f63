package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.KeyGroupRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks what a manifest says before anything is opened, allocated or counted by it. A checksum
 * tells what was damaged; this tells what was made up.
 *
 * <p>With it, everything a manifest asks for is within its files as they really are: their lengths
 * are compared before anything in them is read.
 */
final class ManifestBounds {

  private final Map<String, DataFile> files;

  /** How many bytes of a file have been given to something. */
  private final Map<String, Long> used = new HashMap<>();

  private ManifestBounds(Map<String, DataFile> files) {
    this.files = files;
  }

  /**
   * Checks it.
   *
   * @throws IllegalArgumentException if it names a file that is none of ours, or bytes that a file
   *     does not have
   */
  static void check(
      CommitHeader header,
      Map<ChainKey, List<SegmentRef>> chains,
      Map<String, AttachmentRef> attachments,
      Map<String, DataFile> files) {
    int partitions = header.parallelism();
    check(
        partitions > 0
            && partitions <= header.keyGroups()
            && header.keyGroups() <= KeyGroupRange.MAX_KEY_GROUPS,
        partitions + " partitions of " + header.keyGroups() + " key groups");
    files.values().forEach(ManifestBounds::check);
    ManifestBounds bounds = new ManifestBounds(files);
    chains.forEach(
        (key, segments) -> {
          check(
              key.partition() >= 0 && key.partition() < partitions,
              "partition " + key.partition() + " of " + partitions);
          for (SegmentRef at : segments) {
            bounds.use(at.file(), at.offset(), at.length());
            check(
                at.entries() >= 0 && at.whole() >= 0 && at.whole() <= at.length(),
                at.entries() + " entries, " + at.whole() + " of " + at.length() + " bytes");
          }
        });
    attachments.values().forEach(at -> bounds.use(at.file(), at.offset(), at.length()));
  }

  private static void check(DataFile file) {
    check(
        FileName.parse(file.name()).filter(name -> name.kind() == FileName.Kind.DATA).isPresent(),
        "the file '" + file.name() + "', which is not the name of a data file");
    check(file.length() >= 0, "a length of " + file.length() + " bytes of " + file.name());
  }

  /** Nothing is used twice, so that all of it together is no larger than the files. */
  private void use(String name, long offset, long length) {
    long size = files.get(name).length();
    check(
        offset >= DataFileHeader.BYTES && length >= 0 && length <= size && offset <= size - length,
        length + " bytes at " + offset + " of " + name + ", which has " + size);
    long before = used.getOrDefault(name, (long) DataFileHeader.BYTES);
    used.put(name, before + length);
    check(length <= size - before, "more bytes of " + name + " than it has");
  }

  private static void check(boolean good, String what) {
    if (!good) {
      throw new IllegalArgumentException("it names " + what);
    }
  }
}
