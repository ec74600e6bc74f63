package dev.microbatch.executor.source;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.util.SerializableUtils;

/**
 * The splits of a source without their order, to be compared by their serialized form.
 *
 * <p>Serialized forms agree only between splits that have been through the same: a hash table that
 * was deserialized may have another capacity than the one that was serialized. So splits of today
 * are compared with stored ones after they have been encoded and decoded as well.
 *
 * <p>Immutable.
 */
public final class SplitSet {

  private final Map<ByteBuffer, Integer> encoded = new HashMap<>();
  private final int size;

  /**
   * Serializes splits.
   *
   * @param splits the splits
   * @throws IllegalArgumentException if one cannot be serialized
   */
  public SplitSet(List<?> splits) {
    for (Object split : splits) {
      encoded.merge(encode(split), 1, Integer::sum);
    }
    size = splits.size();
  }

  private static ByteBuffer encode(Object split) {
    return ByteBuffer.wrap(SerializableUtils.serializeToByteArray((Serializable) split));
  }

  /** How many splits there are. */
  public int size() {
    return size;
  }

  /** Whether these are several splits that are all the same, as those of a queue are. */
  public boolean areCopies() {
    return size > 1 && encoded.size() == 1;
  }

  /**
   * Whether these are copies of something that came about when the source was split, such as a
   * subscription, rather than of the source itself.
   *
   * @param source the source, not split
   */
  public boolean wereCreatedFor(Object source) {
    return areCopies() && !encoded.containsKey(encode(source));
  }

  /** Whether two sets have the same splits. */
  public boolean isSameAs(SplitSet other) {
    return encoded.equals(other.encoded);
  }

  /** How many splits two sets have in common. */
  public int common(SplitSet other) {
    int common = 0;
    for (Map.Entry<ByteBuffer, Integer> split : encoded.entrySet()) {
      common += Math.min(split.getValue(), other.encoded.getOrDefault(split.getKey(), 0));
    }
    return common;
  }
}
