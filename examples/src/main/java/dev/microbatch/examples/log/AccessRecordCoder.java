package dev.microbatch.examples.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.util.VarInt;

/** Encodes an {@link AccessRecord} field by field, numbers in variable length. Thread-safe. */
public final class AccessRecordCoder extends AtomicCoder<AccessRecord> {
  private static final long serialVersionUID = 1L;
  private static final AccessRecordCoder INSTANCE = new AccessRecordCoder();
  private static final StringUtf8Coder STRING = StringUtf8Coder.of();

  private AccessRecordCoder() {}

  /** The coder. */
  public static AccessRecordCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(AccessRecord value, OutputStream out) throws IOException {
    STRING.encode(value.client(), out);
    VarInt.encode(value.time(), out);
    VarInt.encode(value.status(), out);
    VarInt.encode(value.bytes(), out);
  }

  @Override
  public AccessRecord decode(InputStream in) throws IOException {
    return new AccessRecord(
        STRING.decode(in), VarInt.decodeLong(in), VarInt.decodeInt(in), VarInt.decodeLong(in));
  }
}
