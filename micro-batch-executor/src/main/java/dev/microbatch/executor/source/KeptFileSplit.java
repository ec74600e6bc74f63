package dev.microbatch.executor.source;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.checkpoint.Remedy;
import dev.microbatch.executor.log.Warnings;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.io.FileBasedSource;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.MatchResult.Metadata;
import org.apache.beam.sdk.io.fs.ResourceId;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * A part of a file as a checkpoint has it. When it is opened, the file must still be the one that
 * was split: of the same size and time, or one that has only grown, of which the old length is
 * read.
 *
 * @param <T> the type of the records
 */
public final class KeptFileSplit<T> extends BoundedSource<T> {

  private static final long serialVersionUID = 1L;

  private static final Logger LOG = Warnings.logger(KeptFileSplit.class);

  /** What a filesystem says that does not know when a file was written. */
  private static final long UNKNOWN_TIME = 0;

  private final FileBasedSource<T> split;
  private final @Nullable String head;
  private final boolean tolerant;

  private KeptFileSplit(FileBasedSource<T> split, @Nullable String head, boolean tolerant) {
    this.split = split;
    this.head = head;
    this.tolerant = tolerant;
  }

  /**
   * Has those of the splits checked that are parts of files.
   *
   * @param splits the splits of a source, as a checkpoint has them
   * @param heads what {@link FileHeads#of} said when the source was cut
   * @param tolerant whether a file that has been replaced is read nevertheless, with a warning
   */
  public static List<?> check(List<?> splits, List<String> heads, boolean tolerant) {
    Map<ResourceId, String> byFile = FileHeads.byFile(splits, heads);
    List<Object> checked = new ArrayList<>();
    for (Object split : splits) {
      checked.add(
          FileHeads.isPartOfFile(split) ? of((FileBasedSource<?>) split, byFile, tolerant) : split);
    }
    return checked;
  }

  private static <T> KeptFileSplit<T> of(
      FileBasedSource<T> split, Map<ResourceId, String> heads, boolean tolerant) {
    return new KeptFileSplit<>(
        split, heads.get(split.getSingleFileMetadata().resourceId()), tolerant);
  }

  @Override
  public BoundedReader<T> createReader(PipelineOptions options) throws IOException {
    check();
    return split.createReader(options);
  }

  private void check() throws IOException {
    Metadata then = split.getSingleFileMetadata();
    Metadata now = now();
    boolean sameTime =
        then.lastModifiedMillis() == now.lastModifiedMillis()
            || then.lastModifiedMillis() == UNKNOWN_TIME
            || now.lastModifiedMillis() == UNKNOWN_TIME;
    if (then.sizeBytes() == now.sizeBytes() && sameTime) {
      return;
    }
    if (now.sizeBytes() > then.sizeBytes() && head != null && head.equals(FileHeads.of(then))) {
      LOG.warn(
          "{} has grown from {} to {} bytes since the pipeline first started. It is read to its old"
              + " end; the rest is for another run",
          then.resourceId(),
          then.sizeBytes(),
          now.sizeBytes());
      return;
    }
    String changed =
        String.format(
            "%s is not the file any more that the checkpoint has been reading: it had %s, and now"
                + " has %s",
            then.resourceId(), describe(then), describe(now));
    if (!tolerant) {
      throw new CheckpointException(
          changed
              + ". Put the old file back, or start again in another checkpoint directory; if"
              + " changed sources are kept, what is there now is read from where the old file was"
              + " left",
          null,
          List.of(Remedy.OTHER_STORE, Remedy.KEEP_SOURCES));
    }
    LOG.warn("{}. As you have chosen, it is read from where the old one was left", changed);
  }

  private Metadata now() throws IOException {
    ResourceId file = split.getSingleFileMetadata().resourceId();
    try {
      List<Metadata> found = FileSystems.match(file.toString()).metadata();
      for (Metadata one : found) {
        if (one.resourceId().equals(file)) {
          return one;
        }
      }
      if (found.size() == 1) {
        return found.get(0); // the same in other words, as with a relative path
      }
    } catch (FileNotFoundException e) {
      throw gone(file, e);
    }
    throw gone(file, null);
  }

  private static IOException gone(ResourceId file, @Nullable Exception cause) {
    return new IOException(
        file + " is gone, and the checkpoint has not read all of it. Put it back", cause);
  }

  private static String describe(Metadata file) {
    return file.sizeBytes()
        + " bytes"
        + (file.lastModifiedMillis() == UNKNOWN_TIME
            ? ""
            : " written at " + Instant.ofEpochMilli(file.lastModifiedMillis()));
  }

  @Override
  public List<? extends BoundedSource<T>> split(
      long desiredBundleSizeBytes, PipelineOptions options) {
    return List.of(this); // it is one already
  }

  @Override
  public long getEstimatedSizeBytes(PipelineOptions options) throws Exception {
    return split.getEstimatedSizeBytes(options);
  }

  @Override
  public Coder<T> getOutputCoder() {
    return split.getOutputCoder();
  }

  @Override
  public String toString() {
    return split.toString();
  }
}
