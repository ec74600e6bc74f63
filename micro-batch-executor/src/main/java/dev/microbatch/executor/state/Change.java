package dev.microbatch.executor.state;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collection;
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

  static <T> void encodeAll(
      Collection<? extends T> elements, ElementEncoder<T> encoder, OutputStream out)
      throws IOException {
    VarInt.encode(elements.size(), out);
    for (T element : elements) {
      encoder.encode(element, out);
    }
  }

  /** Reads the elements of {@link Changes}. */
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
