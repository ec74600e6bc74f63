package dev.microbatch.executor.block;

import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.util.VarInt;
import org.apache.beam.sdk.values.CausedByDrain;

/**
 * Encodes the metadata of a record. Checkpoints hold this form.
 *
 * <pre>
 *   timestamp   8 bytes, milliseconds, big-endian
 *   windows     their number as a varint, then each by its coder
 *   pane        by Beam's coder
 *   flags       1 byte: 1 = has a record id, 2 = has an offset, 4 = caused by a drain
 *   record id   modified UTF-8, if it has one
 *   offset      8 bytes, if it has one
 * </pre>
 *
 * <p>Immutable and thread-safe, as Beam's coders are.
 */
final class MetaCoder {

  private static final int HAS_ID = 1;
  private static final int HAS_OFFSET = 2;
  private static final int BY_DRAIN = 4;

  private final Coder<BoundedWindow> windowCoder;

  /**
   * Creates the coder.
   *
   * @param windowCoder the coder of the windows
   */
  MetaCoder(Coder<BoundedWindow> windowCoder) {
    this.windowCoder = windowCoder;
  }

  /**
   * Encodes metadata.
   *
   * @throws IOException if the output throws it, or the coder of the windows
   */
  void encode(Meta meta, DataOutputStream out) throws IOException {
    out.writeLong(meta.timestamp());
    VarInt.encode(meta.windows().size(), out);
    for (BoundedWindow window : meta.windows()) {
      windowCoder.encode(window, out);
    }
    PaneInfo.PaneInfoCoder.of().encode(meta.pane(), out);
    boolean byDrain = meta.causedByDrain() == CausedByDrain.CAUSED_BY_DRAIN;
    out.writeByte(
        (meta.recordId() == null ? 0 : HAS_ID)
            | (meta.recordOffset() == null ? 0 : HAS_OFFSET)
            | (byDrain ? BY_DRAIN : 0));
    if (meta.recordId() != null) {
      out.writeUTF(meta.recordId());
    }
    if (meta.recordOffset() != null) {
      out.writeLong(meta.recordOffset());
    }
  }

  /**
   * Decodes metadata.
   *
   * @throws IOException if the input throws it, or the coder of the windows
   */
  Meta decode(DataInputStream in) throws IOException {
    long timestamp = in.readLong();
    List<BoundedWindow> windows = decodeWindows(in);
    Meta meta = Meta.of(timestamp, windows, PaneInfo.PaneInfoCoder.of().decode(in));
    return withExtras(meta, in);
  }

  private List<BoundedWindow> decodeWindows(DataInputStream in) throws IOException {
    int count = VarInt.decodeInt(in);
    if (count == 1) {
      return Collections.singletonList(windowCoder.decode(in));
    }
    List<BoundedWindow> windows = new ArrayList<>(); // not of count, which comes from outside
    for (int i = 0; i < count; i++) {
      windows.add(windowCoder.decode(in));
    }
    return windows;
  }

  private static Meta withExtras(Meta plain, DataInput in) throws IOException {
    Meta meta = plain;
    int flags = in.readByte();
    String recordId = (flags & HAS_ID) == 0 ? null : in.readUTF();
    Long offset = (flags & HAS_OFFSET) == 0 ? null : Long.valueOf(in.readLong());
    if (recordId != null || offset != null) {
      meta = meta.withRecordId(recordId, offset);
    }
    if ((flags & BY_DRAIN) != 0) {
      meta = meta.withCausedByDrain(CausedByDrain.CAUSED_BY_DRAIN);
    }
    return meta;
  }
}
