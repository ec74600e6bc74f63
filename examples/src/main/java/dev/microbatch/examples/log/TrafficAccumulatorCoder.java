package dev.microbatch.examples.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;

/**
 * Encodes a {@link TrafficAccumulator}: its {@link Traffic}, then as many clients as that tells.
 * Not deterministic, as the clients have no order; accumulators are no keys. Thread-safe.
 */
final class TrafficAccumulatorCoder extends CustomCoder<TrafficAccumulator> {
  private static final long serialVersionUID = 1L;
  private static final TrafficAccumulatorCoder INSTANCE = new TrafficAccumulatorCoder();
  private static final TrafficCoder TRAFFIC = TrafficCoder.of();
  private static final StringUtf8Coder STRING = StringUtf8Coder.of();

  private TrafficAccumulatorCoder() {}

  static TrafficAccumulatorCoder of() {
    return INSTANCE;
  }

  @Override
  public void encode(TrafficAccumulator value, OutputStream out) throws IOException {
    TRAFFIC.encode(value.toTraffic(), out);
    for (String client : value.clients()) {
      STRING.encode(client, out);
    }
  }

  @Override
  public TrafficAccumulator decode(InputStream in) throws IOException {
    Traffic counts = TRAFFIC.decode(in);
    Set<String> clients = new HashSet<>();
    for (long i = 0; i < counts.distinctClients(); i++) {
      clients.add(STRING.decode(in));
    }
    return new TrafficAccumulator(counts, clients);
  }

  @Override
  public void verifyDeterministic() throws NonDeterministicException {
    throw new NonDeterministicException(this, List.of("A set of clients has no order"));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TrafficAccumulatorCoder;
  }

  @Override
  public int hashCode() {
    return TrafficAccumulatorCoder.class.hashCode();
  }
}
