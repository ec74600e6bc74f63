package dev.microbatch.encoded;

import java.io.Serializable;
import org.apache.beam.sdk.util.SerializableUtils;

/** Turns objects into bytes and back: nothing else passes between the loop and a worker. */
final class Wire {

  private Wire() {}

  /**
   * Encodes an object.
   *
   * @throws IllegalArgumentException if it cannot be serialized
   */
  static byte[] encode(Serializable object) {
    return SerializableUtils.serializeToByteArray(object);
  }

  /**
   * Decodes an object.
   *
   * @throws IllegalArgumentException if it cannot be deserialized
   */
  static <T> T decode(byte[] bytes, Class<T> type) {
    return type.cast(SerializableUtils.deserializeFromByteArray(bytes, type.getSimpleName()));
  }
}
