package dev.microbatch.executor.block;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.util.VarInt;
import org.apache.beam.sdk.values.CausedByDrain;

/**
 * Encodes a record with its metadata.
 *
 * <pre>
 *   timestamp   8 bytes, milliseconds, big-endian
 *   windows     their number as a varint, then each by its coder
 *   pane        by Beam's coder
 *   flags       1 byte: 1 = has a record id, 2 = has an offset, 4 = caused by a drain
 *   record id   modified UTF-8, if it has one
 *   offset      8 bytes, if it has one
 *   value       by its coder, in the nested context
 * </pre>
 *
 * <p>Immutable and thread-safe, as Beam's coders are.
 */
public final class RecordCoder {

  private static final int HAS_ID = 1;
  private static final int HAS_OFFSET = 2;
  private static final int BY_DRAIN = 4;

  private final Coder<Object> valueCoder;
  private final Coder<BoundedWindow> windowCoder;

  /**
   * A decoded record.
   *
   * @param value the value
   * @param meta its metadata
   */
  public record Decoded(Object value, Meta meta) {}

  /**
   * Creates the coder.
   *
   * @param valueCoder the coder of the values
   * @param windowCoder the coder of the windows
   */
  public RecordCoder(Coder<Object> valueCoder, Coder<BoundedWindow> windowCoder) {
    this.valueCoder = valueCoder;
    this.windowCoder = windowCoder;
  }

  /**
   * Encodes a record.
   *
   * @throws IOException if the output throws it, or a coder
   */
  public void encode(Object value, Meta meta, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    data.writeLong(meta.timestamp());
    VarInt.encode(meta.windows().size(), data);
    for (BoundedWindow window : meta.windows()) {
      windowCoder.encode(window, data);
    }
    PaneInfo.PaneInfoCoder.of().encode(meta.pane(), data);
    boolean byDrain = meta.causedByDrain() == CausedByDrain.CAUSED_BY_DRAIN;
    data.writeByte(
        (meta.recordId() == null ? 0 : HAS_ID)
            | (meta.recordOffset() == null ? 0 : HAS_OFFSET)
            | (byDrain ? BY_DRAIN : 0));
    if (meta.recordId() != null) {
      data.writeUTF(meta.recordId());
    }
    if (meta.recordOffset() != null) {
      data.writeLong(meta.recordOffset());
    }
    valueCoder.encode(value, data);
    data.flush();
  }

  /**
   * Decodes a record.
   *
   * @throws IOException if the input throws it, or a coder
   */
  public Decoded decode(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    long timestamp = data.readLong();
    int count = VarInt.decodeInt(data);
    List<BoundedWindow> windows = new ArrayList<>(); // not of count, which comes from a file
    for (int i = 0; i < count; i++) {
      windows.add(windowCoder.decode(data));
    }
    Meta meta = Meta.of(timestamp, windows, PaneInfo.PaneInfoCoder.of().decode(data));
    int flags = data.readByte();
    String recordId = (flags & HAS_ID) == 0 ? null : data.readUTF();
    Long offset = (flags & HAS_OFFSET) == 0 ? null : Long.valueOf(data.readLong());
    if (recordId != null || offset != null) {
      meta = meta.withRecordId(recordId, offset);
    }
    if ((flags & BY_DRAIN) != 0) {
      meta = meta.withCausedByDrain(CausedByDrain.CAUSED_BY_DRAIN);
    }
    return new Decoded(valueCoder.decode(data), meta);
  }
}
