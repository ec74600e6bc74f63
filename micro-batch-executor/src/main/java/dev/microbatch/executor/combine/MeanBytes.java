package dev.microbatch.executor.combine;

import java.nio.ByteBuffer;

/**
 * An accumulator of {@link org.apache.beam.sdk.transforms.Mean} as its coder writes it: count and
 * sum, in eight bytes each. Its class is Beam's own.
 *
 * @param bytes the encoding
 */
record MeanBytes(byte[] bytes) {

  private static final int LENGTH = Long.BYTES + Double.BYTES;

  static MeanBytes of(long count, double sum) {
    return new MeanBytes(ByteBuffer.allocate(LENGTH).putLong(count).putDouble(sum).array());
  }

  boolean is(long count, double sum) {
    return bytes.length == LENGTH && count() == count && Double.compare(sum(), sum) == 0;
  }

  long count() {
    return ByteBuffer.wrap(bytes).getLong();
  }

  double sum() {
    return ByteBuffer.wrap(bytes).getDouble(Long.BYTES);
  }
}
