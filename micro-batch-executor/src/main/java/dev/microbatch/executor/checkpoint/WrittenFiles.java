package dev.microbatch.executor.checkpoint;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What has been written of a commit: durable, and of no consequence until a manifest names it.
 *
 * @param segments what tasks have contributed, one for each
 * @param attachments where the attachments are that were written along
 * @param files the files that all of this is in
 */
public record WrittenFiles(
    List<WrittenSegment> segments, Map<String, AttachmentRef> attachments, List<DataFile> files)
    implements Serializable {

  /** Copies the collections. */
  public WrittenFiles {
    segments = List.copyOf(segments);
    attachments = Map.copyOf(attachments);
    files = List.copyOf(files);
  }

  /** What several have written of the same commit. */
  public static WrittenFiles together(Iterable<WrittenFiles> parts) {
    List<WrittenSegment> segments = new ArrayList<>();
    Map<String, AttachmentRef> attachments = new HashMap<>();
    List<DataFile> files = new ArrayList<>();
    for (WrittenFiles part : parts) {
      segments.addAll(part.segments());
      attachments.putAll(part.attachments());
      files.addAll(part.files());
    }
    return new WrittenFiles(segments, attachments, files);
  }
}
