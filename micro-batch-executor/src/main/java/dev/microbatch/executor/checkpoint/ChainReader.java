package dev.microbatch.executor.checkpoint;

import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.util.BitSet;
import java.util.List;

/** Reads base and deltas in order. */
final class ChainReader {

  private ChainReader() {}

  /**
   * Reads a chain. Of a key group, what is rewritten later is left out; an entry of no key may come
   * several times, the last time as it is.
   *
   * @param files where the segments are
   * @param segments the chain
   * @param range the wanted key groups
   * @param sink takes the entries
   * @throws StoreUnavailableException if a file is there and cannot be read now
   * @throws CheckpointException if a file is damaged
   * @throws IOException if a file is missing, or the sink throws it
   */
  static void read(
      ReadableFiles files, List<SegmentRef> segments, KeyGroupRange range, EntrySink sink)
      throws IOException {
    List<BitSet> wanted = Segments.wanted(segments, range);
    for (int i = 0; i < segments.size(); i++) {
      SegmentRef segment = segments.get(i);
      try (InputStream in = open(files, segment)) {
        new SegmentReader(files.location(), segment, wanted.get(i)).read(in, sink);
      }
    }
  }

  private static InputStream open(ReadableFiles files, SegmentRef segment) throws IOException {
    try {
      return files.open(segment.file(), segment.offset());
    } catch (FileNotFoundException | NoSuchFileException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreUnavailableException(
          "Cannot read the checkpoint file "
              + segment.file()
              + " in "
              + files.location()
              + ": "
              + e.getMessage()
              + ". Start again when it can be read",
          e);
    }
  }
}
