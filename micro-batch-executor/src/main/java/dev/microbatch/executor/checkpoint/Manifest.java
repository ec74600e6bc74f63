package dev.microbatch.executor.checkpoint;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a checkpoint consists of.
 *
 * @param name the file that says so
 * @param parent the manifest that this one continues; null if it is the first
 * @param sequence how many commits this pipeline has made, over all epochs
 * @param header what is known about the pipeline
 * @param chains the state: a base and deltas, in the order in which they are to be read. A chain
 *     without segments is a base without entries
 * @param attachments the attachments by name
 * @param files every data file that a chain or an attachment is in, by name
 */
record Manifest(
    FileName name,
    @Nullable FileName parent,
    long sequence,
    CommitHeader header,
    Map<ChainKey, List<SegmentRef>> chains,
    Map<String, AttachmentRef> attachments,
    Map<String, DataFile> files) {

  /** Copies the maps, sorted, so that a manifest is written the same way each time. */
  Manifest {
    chains = Collections.unmodifiableMap(new TreeMap<>(chains));
    attachments = Collections.unmodifiableMap(new TreeMap<>(attachments));
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }

  /** The same checkpoint, taken over by a new epoch. */
  Manifest adopted(FileName by) {
    return new Manifest(by, name, sequence, header, chains, attachments, files);
  }
}
