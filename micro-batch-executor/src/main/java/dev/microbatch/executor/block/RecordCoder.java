package dev.microbatch.executor.block;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * Encodes a record with its metadata: first the metadata as {@link MetaCoder} says, then the value
 * by its coder, in the nested context. Checkpoints hold this form.
 *
 * <p>Immutable and thread-safe, as Beam's coders are.
 */
public final class RecordCoder {

  private final Coder<Object> valueCoder;
  private final MetaCoder metaCoder;

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
    this.metaCoder = new MetaCoder(windowCoder);
  }

  /**
   * Encodes a record.
   *
   * @throws IOException if the output throws it, or a coder
   */
  public void encode(Object value, Meta meta, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    metaCoder.encode(meta, data);
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
    Meta meta = metaCoder.decode(data);
    return new Decoded(valueCoder.decode(data), meta);
  }
}
