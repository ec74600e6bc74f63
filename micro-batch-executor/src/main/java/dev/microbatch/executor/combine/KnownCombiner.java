package dev.microbatch.executor.combine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.Min;
import org.apache.beam.sdk.transforms.Sum;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Beam's combiners of numbers, recognized by their classes, which nobody can extend: count, sum,
 * minimum, maximum and mean. Each is computed exactly as Beam does it, overflow, NaN and negative
 * zero included. An accumulator is the 64 bits of a {@code long}, an {@code int} or a {@code
 * double}; that of a mean is a sum, with a count beside it.
 */
enum KnownCombiner {
  COUNT(0, Type.LONG),
  SUM_INTEGER(0, Type.INTEGER),
  SUM_LONG(0, Type.LONG),
  SUM_DOUBLE(bits(0), Type.DOUBLE),
  MIN_INTEGER(Integer.MAX_VALUE, Type.INTEGER),
  MIN_LONG(Long.MAX_VALUE, Type.LONG),
  MIN_DOUBLE(bits(Double.POSITIVE_INFINITY), Type.DOUBLE),
  MAX_INTEGER(Integer.MIN_VALUE, Type.INTEGER),
  MAX_LONG(Long.MIN_VALUE, Type.LONG),
  MAX_DOUBLE(bits(Double.NEGATIVE_INFINITY), Type.DOUBLE),
  MEAN(bits(0), Type.DOUBLE);

  private static final Map<Class<?>, KnownCombiner> BY_CLASS =
      Map.ofEntries(
          Map.entry(Count.combineFn().getClass(), COUNT),
          Map.entry(Sum.ofIntegers().getClass(), SUM_INTEGER),
          Map.entry(Sum.ofLongs().getClass(), SUM_LONG),
          Map.entry(Sum.ofDoubles().getClass(), SUM_DOUBLE),
          Map.entry(Min.ofIntegers().getClass(), MIN_INTEGER),
          Map.entry(Min.ofLongs().getClass(), MIN_LONG),
          Map.entry(Min.ofDoubles().getClass(), MIN_DOUBLE),
          Map.entry(Max.ofIntegers().getClass(), MAX_INTEGER),
          Map.entry(Max.ofLongs().getClass(), MAX_LONG),
          Map.entry(Max.ofDoubles().getClass(), MAX_DOUBLE),
          Map.entry(Mean.of().getClass(), MEAN));

  private static final @Nullable Class<?> MEAN_CODER = meanCoder();

  /** What the 64 bits are. */
  enum Type {
    INTEGER,
    LONG,
    DOUBLE
  }

  private final long identity;
  private final Type type;

  KnownCombiner(long identity, Type type) {
    this.identity = identity;
    this.type = type;
  }

  /**
   * The combiner of this class, or null.
   *
   * @param fn the combiner
   * @param coder the coder of its accumulators
   */
  static @Nullable KnownCombiner find(CombineFn<?, ?, ?> fn, Coder<?> coder) {
    KnownCombiner known = BY_CLASS.get(fn.getClass());
    // The parts of a mean's accumulator are known by its encoding only.
    return known == MEAN && coder.getClass() != MEAN_CODER ? null : known;
  }

  /**
   * The class of the coder of a mean's accumulators, if it writes the count and the sum in eight
   * bytes each; otherwise null.
   */
  private static @Nullable Class<?> meanCoder() {
    CombineFn<Double, ?, Double> mean = Mean.of();
    try {
      return meanCoder(mean);
    } catch (CannotProvideCoderException | IOException e) {
      return null;
    }
  }

  private static <AccumT> @Nullable Class<?> meanCoder(CombineFn<Double, AccumT, Double> mean)
      throws CannotProvideCoderException, IOException {
    Coder<AccumT> coder = mean.getAccumulatorCoder(CoderRegistry.createDefault(), DoubleCoder.of());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    coder.encode(mean.addInput(mean.createAccumulator(), 1.5), out);
    return new MeanBytes(out.toByteArray()).is(1, 1.5) ? coder.getClass() : null;
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  /** The accumulator of no values. */
  long identity() {
    return identity;
  }

  Type type() {
    return type;
  }

  /** Adds an input value to an accumulator. */
  long add(long accumulator, Object value) {
    if (this == COUNT) {
      return accumulator + 1;
    } else if (this == MEAN) {
      return bits(Double.longBitsToDouble(accumulator) + ((Number) value).doubleValue());
    }
    return merge(accumulator, unbox(value));
  }

  private long unbox(Object value) {
    return switch (type) {
      case INTEGER -> (Integer) value;
      case LONG -> (Long) value;
      case DOUBLE -> bits((Double) value);
    };
  }

  /** Merges two accumulators. */
  long merge(long a, long b) {
    return switch (this) {
      case COUNT, SUM_LONG -> a + b;
      case SUM_INTEGER -> Integer.sum((int) a, (int) b);
      case MIN_INTEGER, MIN_LONG -> Math.min(a, b);
      case MAX_INTEGER, MAX_LONG -> Math.max(a, b);
      case SUM_DOUBLE, MEAN -> bits(Double.longBitsToDouble(a) + Double.longBitsToDouble(b));
      case MIN_DOUBLE -> bits(Math.min(Double.longBitsToDouble(a), Double.longBitsToDouble(b)));
      case MAX_DOUBLE -> bits(Math.max(Double.longBitsToDouble(a), Double.longBitsToDouble(b)));
    };
  }

  /** The result of an accumulator that is not a mean's. */
  Object box(long accumulator) {
    return switch (type) {
      case INTEGER -> (int) accumulator;
      case LONG -> accumulator;
      case DOUBLE -> Double.longBitsToDouble(accumulator);
    };
  }
}
