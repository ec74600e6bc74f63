package dev.microbatch.executor.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the data files of commits where the state is that goes into them: in the process of the
 * loop, or in any other that can reach the store. Each writer has a name of its own, so that no two
 * ever write the same file.
 *
 * <p>Used by one thread at a time.
 */
public final class CommitDataWriter {

  private final AttachedStore store;
  private final String writer = Names.newWriter();
  private long epoch = -1;
  private Names names;

  /**
   * Creates a writer.
   *
   * @param store where to write; closed by its owner
   */
  public CommitDataWriter(AttachedStore store) {
    this.store = store;
    this.names = new Names(epoch, writer);
  }

  /**
   * Writes a part of a commit. When this returns it is durable. If it fails, what has been written
   * is deleted as far as possible, and the same may be tried again.
   *
   * @param target the commit
   * @param segments what tasks have captured; stays open
   * @param attachments what goes into the same files, by name
   * @throws IOException if it cannot be written; the message names the place and the file
   */
  public WrittenFiles write(
      CommitTarget target, List<Segment> segments, Map<String, byte[]> attachments)
      throws IOException {
    if (target.epoch() != epoch) {
      epoch = target.epoch();
      names = new Names(epoch, writer);
    }
    names.begin(target.commit());
    try (CommitFiles files = new CommitFiles(store, names::data, target.sequence())) {
      List<WrittenSegment> written = new ArrayList<>(segments.size());
      for (Segment segment : segments) {
        written.add(write(segment, files));
      }
      Map<String, AttachmentRef> attached = new HashMap<>();
      for (Map.Entry<String, byte[]> entry : new TreeMap<>(attachments).entrySet()) {
        attached.put(entry.getKey(), files.write(entry.getValue(), Sha256.hex(entry.getValue())));
      }
      WrittenFiles all = new WrittenFiles(written, attached, files.finish());
      files.published();
      return all;
    }
  }

  private static WrittenSegment write(Segment segment, CommitFiles files) throws IOException {
    boolean isWritten = !segment.snapshot().isEmpty() || !segment.snapshot().scope().isChanges();
    return new WrittenSegment(
        segment.step(),
        segment.partition(),
        segment.snapshot().scope(),
        isWritten ? files.write(segment.snapshot()).orElse(null) : null);
  }
}
