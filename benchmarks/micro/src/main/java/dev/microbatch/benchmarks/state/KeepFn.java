package dev.microbatch.benchmarks.state;

import java.nio.ByteBuffer;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/** Reads and replaces a value of {@value #BYTES} bytes for each record. */
final class KeepFn extends DoFn<KV<Long, Long>, Void> {

  private static final long serialVersionUID = 1L;

  /** The size of a value. */
  static final int BYTES = 1024;

  @StateId("value")
  private final StateSpec<ValueState<byte[]>> valueSpec = StateSpecs.value(ByteArrayCoder.of());

  /** When this instance processed a record last; 0 if it has not. */
  private transient long last;

  /** Counts how often the key came, in the first bytes of a new value. */
  @ProcessElement
  public void process(@Element KV<Long, Long> record, @StateId("value") ValueState<byte[]> value) {
    byte[] before = value.read();
    byte[] after = new byte[BYTES];
    long count = before == null ? 0 : ByteBuffer.wrap(before).getLong();
    ByteBuffer.wrap(after).putLong(count + 1).putLong(record.getKey());
    value.write(after);
    long now = System.nanoTime();
    Probe.record(last == 0 ? 0 : now - last);
    last = now;
  }
}
