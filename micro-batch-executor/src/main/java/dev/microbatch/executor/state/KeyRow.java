package dev.microbatch.executor.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.beam.sdk.util.VarInt;

/**
 * All that a key has, as bytes: the entries that a full snapshot would have of it, one behind the
 * other. Rows do not outlive their process, so the layout may change at any time.
 */
final class KeyRow implements EntrySink {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final DataOutputStream out = new DataOutputStream(bytes);

  /** Appends an entry; its key and key group are not part of the row. */
  @Override
  public void accept(StateEntry entry) throws IOException {
    out.writeByte(entry.kind().code());
    out.writeByte(entry.op().code());
    write(entry.namespace());
    write(entry.cell().getBytes(StandardCharsets.UTF_8));
    write(entry.value());
  }

  private void write(byte[] part) throws IOException {
    VarInt.encode(part.length, out);
    out.write(part);
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  /**
   * Gives the entries of a row, with their key.
   *
   * @throws IOException if the sink throws it
   */
  static void read(ColdKeys.Row row, EntrySink sink) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(row.bytes()));
    while (in.available() > 0) {
      StateEntry.Kind kind = StateEntry.Kind.ofCode(in.readByte());
      StateEntry.Op op = StateEntry.Op.ofCode(in.readByte());
      byte[] namespace = part(in);
      String cell = new String(part(in), StandardCharsets.UTF_8);
      sink.accept(new StateEntry(row.keyGroup(), row.key(), kind, namespace, cell, op, part(in)));
    }
  }

  private static byte[] part(DataInputStream in) throws IOException {
    return in.readNBytes(VarInt.decodeInt(in));
  }
}
