package dev.microbatch.executor.enforce;

import java.util.Arrays;
import java.util.Objects;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.util.CoderUtils;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A value, and what it looked like at a moment.
 *
 * <p>Encodings that are the same mean no change. Those that differ mean one if the coder is
 * deterministic. If it is not, they need not: a set, for one, may be encoded in any order; then
 * what was and what is now are compared by their structural values as well.
 *
 * @param value the value
 * @param coder encodes it
 * @param bytes its encoding at that moment
 */
record Imprint(@Nullable Object value, Coder<Object> coder, byte[] bytes) {

  /**
   * Takes an imprint.
   *
   * @throws CoderException if the value cannot be encoded
   */
  static Imprint of(@Nullable Object value, Coder<Object> coder) throws CoderException {
    return new Imprint(value, coder, CoderUtils.encodeToByteArray(coder, value));
  }

  /**
   * Whether the value has changed since.
   *
   * @throws CoderException if the value cannot be encoded any more
   */
  boolean isChanged() throws CoderException {
    byte[] now = CoderUtils.encodeToByteArray(coder, value);
    return !Arrays.equals(bytes, now)
        && (isDeterministic()
            || !Objects.deepEquals(
                coder.structuralValue(decoded(bytes)), coder.structuralValue(decoded(now))));
  }

  private boolean isDeterministic() {
    try {
      coder.verifyDeterministic();
      return true;
    } catch (Coder.NonDeterministicException e) {
      return false;
    }
  }

  /** The value as it was. */
  Object before() throws CoderException {
    return decoded(bytes);
  }

  private Object decoded(byte[] encoded) throws CoderException {
    return CoderUtils.decodeFromByteArray(coder, encoded);
  }
}
