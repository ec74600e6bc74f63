package dev.microbatch.executor.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.beam.sdk.util.VarInt;

/** One encoded change of a cell: the part of a {@link StateEntry} that its kind of state knows. */
record Change(StateEntry.Op op, byte[] value) {

  static final Change CLEAR = new Change(StateEntry.Op.CLEAR, new byte[0]);

  /** Writes one element. */
  @FunctionalInterface
  interface ElementEncoder<T> {
    void encode(T element, OutputStream out) throws IOException;
  }

  /** Reads one element, and does with it what is to be done. */
  @FunctionalInterface
  interface ElementDecoder {
    void decode(InputStream in) throws IOException;
  }

  /** A change with some elements as operand: their number, then each of them. */
  static <T> Change of(
      StateEntry.Op op, Collection<? extends T> elements, ElementEncoder<T> encoder)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    encodeAll(elements, encoder, out);
    return new Change(op, out.toByteArray());
  }

  /** What was removed, then what was added, as far as there is any. */
  static <K, T> List<Change> delta(
      Collection<? extends K> removed,
      ElementEncoder<K> keyEncoder,
      Collection<? extends T> added,
      ElementEncoder<T> encoder)
      throws IOException {
    List<Change> changes = new ArrayList<>(2);
    if (!removed.isEmpty()) {
      changes.add(of(StateEntry.Op.DELETE, removed, keyEncoder));
    }
    if (!added.isEmpty()) {
      changes.add(of(StateEntry.Op.APPEND, added, encoder));
    }
    return changes;
  }

  static <T> void encodeAll(
      Collection<? extends T> elements, ElementEncoder<T> encoder, OutputStream out)
      throws IOException {
    VarInt.encode(elements.size(), out);
    for (T element : elements) {
      encoder.encode(element, out);
    }
  }

  /** Reads what {@link #of} has written. */
  void forEach(ElementDecoder decoder) throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(value);
    decodeAll(in, decoder);
    if (in.available() > 0) {
      throw new IOException("it has " + in.available() + " bytes too many");
    }
  }

  static void decodeAll(InputStream in, ElementDecoder decoder) throws IOException {
    int count = VarInt.decodeInt(in);
    if (count < 0) {
      throw new IOException("it has " + count + " elements");
    }
    for (int i = 0; i < count; i++) {
      decoder.decode(in);
    }
  }
}
