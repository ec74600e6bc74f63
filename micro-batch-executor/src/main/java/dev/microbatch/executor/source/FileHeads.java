package dev.microbatch.executor.source;

import dev.microbatch.executor.checkpoint.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.io.FileBasedSource;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MatchResult.Metadata;
import org.apache.beam.sdk.io.fs.ResourceId;

/**
 * How local files begin: by this a file that has been appended to is told from another one that is
 * longer. Elsewhere files are rarely appended to, and opening each costs a request.
 */
public final class FileHeads {

  /** How much of a file is looked at, in bytes. */
  private static final int HEAD = 4096;

  /** How many files are looked at, so that what is stored of them stays small. */
  private static final int MAX_FILES = 1000;

  private static final String LOCAL = "file";

  /** Stands for the head of a file that was not looked at. */
  private static final String UNKNOWN = "";

  private FileHeads() {}

  /** The files that splits are parts of, in the order of the splits. */
  private static Map<ResourceId, Metadata> files(List<?> splits) {
    Map<ResourceId, Metadata> files = new LinkedHashMap<>();
    for (Object split : splits) {
      if (isPartOfFile(split)) {
        Metadata file = ((FileBasedSource<?>) split).getSingleFileMetadata();
        files.putIfAbsent(file.resourceId(), file);
      }
    }
    return files;
  }

  static boolean isPartOfFile(Object split) {
    return split instanceof FileBasedSource<?> source
        && source.getMode() == FileBasedSource.Mode.SINGLE_FILE_OR_SUBRANGE;
  }

  /**
   * Looks at the files that splits are parts of.
   *
   * @return a hash for each file, in the order of the splits; none if there are too many
   */
  public static List<String> of(List<?> splits) {
    Map<ResourceId, Metadata> files = files(splits);
    List<String> heads = new ArrayList<>();
    if (files.size() <= MAX_FILES) {
      files.values().forEach(file -> heads.add(of(file)));
    }
    return heads;
  }

  /**
   * Finds the heads of files again.
   *
   * @param splits the splits
   * @param heads what {@link #of} said of them
   * @return the heads by file; a file that was not looked at is not there
   */
  static Map<ResourceId, String> byFile(List<?> splits, List<String> heads) {
    List<ResourceId> files = List.copyOf(files(splits).keySet());
    Map<ResourceId, String> byFile = new LinkedHashMap<>();
    for (int i = 0; i < files.size() && i < heads.size(); i++) {
      if (!heads.get(i).equals(UNKNOWN)) {
        byFile.put(files.get(i), heads.get(i));
      }
    }
    return byFile;
  }

  /** A hash of the first bytes that a file has, or had at the time. */
  static String of(Metadata file) {
    if (!LOCAL.equals(file.resourceId().getScheme())) {
      return UNKNOWN;
    }
    int length = (int) Math.min(HEAD, file.sizeBytes());
    byte[] head = {};
    if (length > 0) { // an empty file may be a pipe, which must not be opened twice
      try (InputStream in = Channels.newInputStream(FileSystems.open(file.resourceId()))) {
        head = in.readNBytes(length);
      } catch (IOException e) {
        return UNKNOWN; // it will be said when the file is read
      }
    }
    return Sha256.hex(head).substring(0, 32);
  }
}
