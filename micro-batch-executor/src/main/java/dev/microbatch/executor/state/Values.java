package dev.microbatch.executor.state;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.temporal.Temporal;
import java.util.UUID;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TimestampedValue;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.ReadableDuration;
import org.joda.time.base.AbstractInstant;

/** What can be shared, and how to copy what cannot. */
public final class Values {

  private Values() {}

  /** Whether a value is known to never change, so that it can be shared between threads. */
  public static boolean immutable(@Nullable Object value) {
    if (value == null
        || value instanceof String
        || value instanceof Long
        || value instanceof Integer
        || value instanceof AbstractInstant
        || value instanceof Boolean
        || value instanceof Double
        || value instanceof Float
        || value instanceof Short
        || value instanceof Byte
        || value instanceof Character
        || value instanceof Enum
        || value instanceof BoundedWindow
        || value instanceof PaneInfo
        || value instanceof ReadableDuration
        || value instanceof UUID
        || value instanceof Temporal
        || isClass(value, BigDecimal.class)
        || isClass(value, BigInteger.class)) {
      return true;
    }
    if (value instanceof KV<?, ?> kv) {
      return immutable(kv.getKey()) && immutable(kv.getValue());
    }
    return value instanceof TimestampedValue<?> timestamped && immutable(timestamped.getValue());
  }

  /** Whether all of some values are known to never change. */
  static boolean allImmutable(Iterable<?> values) {
    for (Object value : values) {
      if (!immutable(value)) {
        return false;
      }
    }
    return true;
  }

  /** The class itself, because a subclass may add what it likes. */
  private static boolean isClass(Object value, Class<?> type) {
    return value.getClass() == type;
  }

  /**
   * A value that shares nothing mutable with the given one.
   *
   * @throws IllegalArgumentException if the coder cannot encode or decode it
   */
  @SuppressWarnings("unchecked") // A clone has the class of the original.
  static <T> T copy(Coder<T> coder, T value) {
    if (immutable(value)) {
      return value;
    }
    if (value instanceof long[] longs) {
      return (T) longs.clone();
    }
    if (value instanceof int[] ints) {
      return (T) ints.clone();
    }
    if (value instanceof double[] doubles) {
      return (T) doubles.clone();
    }
    if (value instanceof byte[] bytes) {
      return (T) bytes.clone();
    }
    try {
      return CoderUtils.clone(coder, value);
    } catch (CoderException e) {
      throw new IllegalArgumentException(
          "Cannot copy an accumulator with " + coder + ": " + e.getMessage(), e);
    }
  }
}
