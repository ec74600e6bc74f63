package dev.microbatch.examples.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.util.VarInt;

/** Encodes {@link Traffic} as five numbers of variable length. Thread-safe. */
public final class TrafficCoder extends AtomicCoder<Traffic> {
  private static final long serialVersionUID = 1L;
  private static final TrafficCoder INSTANCE = new TrafficCoder();

  private TrafficCoder() {}

  /** The coder. */
  public static TrafficCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(Traffic value, OutputStream out) throws IOException {
    VarInt.encode(value.requests(), out);
    VarInt.encode(value.bytes(), out);
    VarInt.encode(value.clientErrors(), out);
    VarInt.encode(value.serverErrors(), out);
    VarInt.encode(value.distinctClients(), out);
  }

  @Override
  public Traffic decode(InputStream in) throws IOException {
    return new Traffic(
        VarInt.decodeLong(in),
        VarInt.decodeLong(in),
        VarInt.decodeLong(in),
        VarInt.decodeLong(in),
        VarInt.decodeLong(in));
  }
}
