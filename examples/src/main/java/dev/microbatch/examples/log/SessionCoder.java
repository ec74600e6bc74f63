package dev.microbatch.examples.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.util.VarInt;

/** Encodes a {@link Session} as three numbers of variable length. Thread-safe. */
public final class SessionCoder extends AtomicCoder<Session> {
  private static final long serialVersionUID = 1L;
  private static final SessionCoder INSTANCE = new SessionCoder();

  private SessionCoder() {}

  /** The coder. */
  public static SessionCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(Session value, OutputStream out) throws IOException {
    VarInt.encode(value.requests(), out);
    VarInt.encode(value.first(), out);
    VarInt.encode(value.last(), out);
  }

  @Override
  public Session decode(InputStream in) throws IOException {
    return new Session(VarInt.decodeLong(in), VarInt.decodeLong(in), VarInt.decodeLong(in));
  }
}
