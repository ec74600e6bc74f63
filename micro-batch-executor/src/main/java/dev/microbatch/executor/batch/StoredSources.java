package dev.microbatch.executor.batch;

import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.plan.SourceIdentity;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a checkpoint knows of the sources that it holds positions of: one attachment for all.
 *
 * <pre>
 * version  int, 2
 * sources  int, and for each
 *   step        UTF
 *   splits      int; -1 if the source has none, as an Impulse
 *   asked       int; since version 2
 *   created     boolean; since version 2
 *   serialized  UTF
 *   shown       int, and for each item its name and its hash, UTF
 *   heads       int, and for each a hash, UTF: see FileHeads
 * </pre>
 */
final class StoredSources {

  private static final String NAME = "sources";
  private static final int VERSION = 2;

  /** The number of splits of a source that has none. */
  static final int NO_SPLITS = -1;

  private StoredSources() {}

  /**
   * A source as of when it was cut.
   *
   * @param identity by what it is known
   * @param splits into how many splits it was cut, or {@link #NO_SPLITS}
   * @param heads how its files begin
   * @param asked how many splits it was asked for; what it gave if that was not stored
   * @param created whether all splits are copies of what came about when it was split, such as a
   *     subscription; splitting it again gives another one
   */
  record StoredSource(
      SourceIdentity identity, int splits, List<String> heads, int asked, boolean created) {

    /** A source that has no splits. */
    static StoredSource withoutSplits(SourceIdentity identity) {
      return new StoredSource(identity, NO_SPLITS, List.of(), NO_SPLITS, false);
    }
  }

  static Map<String, byte[]> encode(Map<String, StoredSource> sources) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(VERSION);
      out.writeInt(sources.size());
      for (Map.Entry<String, StoredSource> source : new TreeMap<>(sources).entrySet()) {
        StoredSource stored = source.getValue();
        out.writeUTF(source.getKey());
        out.writeInt(stored.splits());
        out.writeInt(stored.asked());
        out.writeBoolean(stored.created());
        out.writeUTF(stored.identity().serialized());
        out.writeInt(stored.identity().shown().size());
        for (Map.Entry<String, String> item : stored.identity().shown().entrySet()) {
          out.writeUTF(item.getKey());
          out.writeUTF(item.getValue());
        }
        out.writeInt(stored.heads().size());
        for (String head : stored.heads()) {
          out.writeUTF(head);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("A name is longer than 64 KiB", e);
    }
    return Map.of(NAME, bytes.toByteArray());
  }

  /**
   * Reads what is attached to a commit.
   *
   * @return the sources by step; empty if the commit was written before this was stored
   * @throws CheckpointException if it is something else
   */
  static Map<String, StoredSource> decode(Map<String, byte[]> attachments) {
    Map<String, StoredSource> sources = new HashMap<>();
    byte[] stored = attachments.get(NAME);
    if (stored == null) {
      return sources;
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored))) {
      int version = in.readInt();
      if (version < 1 || version > VERSION) {
        throw new IOException("version " + version + " instead of " + VERSION + " or less");
      }
      for (int left = count(in); left > 0; left--) {
        sources.put(in.readUTF(), source(in, version));
      }
      if (in.available() > 0) {
        throw new IOException("it has " + in.available() + " bytes too many");
      }
      return sources;
    } catch (IOException e) {
      throw new CheckpointException(
          "What the checkpoint says of its sources cannot be read: "
              + (e instanceof EOFException ? "it breaks off" : e.getMessage())
              + ". Bring its directory back from a copy, or start again in an empty one",
          e);
    }
  }

  private static int count(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0) {
      throw new IOException("it counts " + count + " of something");
    }
    return count;
  }

  private static StoredSource source(DataInputStream in, int version) throws IOException {
    int splits = in.readInt();
    int asked = version == 1 ? splits : in.readInt();
    boolean created = version > 1 && in.readBoolean();
    String serialized = in.readUTF();
    SortedMap<String, String> shown = new TreeMap<>();
    for (int left = count(in); left > 0; left--) {
      shown.put(in.readUTF(), in.readUTF());
    }
    List<String> heads = new ArrayList<>();
    for (int left = count(in); left > 0; left--) {
      heads.add(in.readUTF());
    }
    return new StoredSource(new SourceIdentity(shown, serialized), splits, heads, asked, created);
  }
}
