package dev.microbatch.executor.memory;

import java.io.OutputStream;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.coders.BigEndianIntegerCoder;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.BigEndianShortCoder;
import org.apache.beam.sdk.coders.BooleanCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.ByteCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.DurationCoder;
import org.apache.beam.sdk.coders.FloatCoder;
import org.apache.beam.sdk.coders.InstantCoder;
import org.apache.beam.sdk.coders.IterableLikeCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.MapCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.util.common.ElementByteSizeObserver;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Estimates how many bytes a value keeps on the heap, so that what holds many values can be bounded
 * by their weight and not by their number.
 *
 * <p>Numbers weigh the same, strings and byte arrays what they are long, a {@link KV} what its
 * parts weigh, and a collection as many times what its first element weighs as it has elements. An
 * iterable that is no collection is left alone, since it may be good for one iteration only. Of
 * anything else the coder knows the encoded size. Where it says that it is cheap to ask, every
 * value is weighed; otherwise a sample is encoded, to nowhere, and the values between two samples
 * count as much as those before them on average. The first value is always weighed. A sample that
 * is much heavier than expected makes the next ones follow at once, so that a change from small to
 * large values is noticed after {@value #MAX_INTERVAL} values at the latest.
 *
 * <p>A value that cannot be encoded weighs as much as the others: to weigh is not to judge.
 *
 * <p>Not thread-safe: owned by one task.
 */
public abstract class Weigher {

  /**
   * How many values there are between two samples at most; odd, so as not to beat with a period.
   */
  static final int MAX_INTERVAL = 61;

  /** What a number or nothing keeps, in bytes. */
  private static final long SMALL = 16;

  /** How many bytes of the heap an object takes for each byte of its encoding. */
  private static final double HEAP_PER_ENCODED_BYTE = 2.5;

  private static final Set<Class<?>> SMALL_CODERS =
      Set.of(
          VarIntCoder.class,
          VarLongCoder.class,
          BigEndianShortCoder.class,
          BigEndianIntegerCoder.class,
          BigEndianLongCoder.class,
          ByteCoder.class,
          BooleanCoder.class,
          DoubleCoder.class,
          FloatCoder.class,
          InstantCoder.class,
          DurationCoder.class,
          VoidCoder.class);

  private Weigher() {}

  /**
   * Chooses the weigher for the values of a coder.
   *
   * @param coder their coder
   */
  @SuppressWarnings("unchecked") // a coder of any type can be asked about its own values
  public static Weigher of(Coder<?> coder) {
    if (SMALL_CODERS.contains(coder.getClass())) {
      return new Constant(SMALL);
    }
    if (coder instanceof StringUtf8Coder || coder instanceof ByteArrayCoder) {
      return new Length();
    }
    if (coder instanceof NullableCoder<?> nullable) {
      return of(nullable.getValueCoder());
    }
    if (coder instanceof KvCoder<?, ?> kv) {
      Weigher key = of(kv.getKeyCoder());
      Weigher value = of(kv.getValueCoder());
      return key.isConstant() && value.isConstant()
          ? new Constant(SMALL + SMALL)
          : new Pair(key, value);
    }
    if (coder instanceof IterableLikeCoder<?, ?> iterable) {
      return new Elements(of(iterable.getElemCoder()));
    }
    if (coder instanceof MapCoder<?, ?> map) {
      return new Entries(of(map.getKeyCoder()), of(map.getValueCoder()));
    }
    return new Sampled((Coder<Object>) coder);
  }

  /** A weigher for values that are all small, or of which there are never many. */
  public static Weigher constant() {
    return new Constant(SMALL);
  }

  /**
   * About how many bytes a value keeps.
   *
   * @param value the value; null weighs nothing
   */
  public abstract long weigh(@Nullable Object value);

  /**
   * The weight of this very value, even if that means to encode it.
   *
   * @param value the value; null weighs nothing
   */
  public long measure(@Nullable Object value) {
    return weigh(value);
  }

  /** Whether all values weigh the same, so that their number bounds them as well. */
  public boolean isConstant() {
    return false;
  }

  private static final class Constant extends Weigher {
    private final long weight;

    Constant(long weight) {
      this.weight = weight;
    }

    @Override
    public long weigh(@Nullable Object value) {
      return weight;
    }

    @Override
    public boolean isConstant() {
      return true;
    }
  }

  /** Strings and byte arrays. */
  private static final class Length extends Weigher {
    @Override
    public long weigh(@Nullable Object value) {
      if (value instanceof String string) {
        return string.length();
      }
      return value instanceof byte[] bytes ? bytes.length : 0;
    }
  }

  private static final class Pair extends Weigher {
    private final Weigher keys;
    private final Weigher values;

    Pair(Weigher keys, Weigher values) {
      this.keys = keys;
      this.values = values;
    }

    @Override
    public long weigh(@Nullable Object value) {
      return value instanceof KV<?, ?> kv
          ? keys.weigh(kv.getKey()) + values.weigh(kv.getValue())
          : 0;
    }
  }

  private static final class Elements extends Weigher {
    private final Weigher elements;

    Elements(Weigher elements) {
      this.elements = elements;
    }

    @Override
    public long weigh(@Nullable Object value) {
      if (!(value instanceof Collection<?> collection) || collection.isEmpty()) {
        return SMALL;
      }
      return SMALL + collection.size() * (SMALL + elements.weigh(collection.iterator().next()));
    }
  }

  private static final class Entries extends Weigher {
    private final Weigher keys;
    private final Weigher values;

    Entries(Weigher keys, Weigher values) {
      this.keys = keys;
      this.values = values;
    }

    @Override
    public long weigh(@Nullable Object value) {
      if (!(value instanceof Map<?, ?> map) || map.isEmpty()) {
        return SMALL;
      }
      Map.Entry<?, ?> first = map.entrySet().iterator().next();
      return SMALL
          + map.size() * (SMALL + keys.weigh(first.getKey()) + values.weigh(first.getValue()));
    }
  }

  /** Whatever has no weight of its own: by its encoding. */
  private static final class Sampled extends Weigher {
    private final Coder<Object> coder;
    private final Size size = new Size();
    private long average;
    private int interval = 1;
    private int untilNext = 1;

    Sampled(Coder<Object> coder) {
      this.coder = coder;
    }

    @Override
    public long weigh(@Nullable Object value) {
      if (value == null) {
        return 0;
      }
      if (--untilNext > 0) {
        return average;
      }
      if (coder.isRegisterByteSizeObserverCheap(value)) {
        untilNext = 1;
        return measure(value);
      }
      long weight = measure(value);
      interval = weight > 2 * average ? 1 : Math.min(MAX_INTERVAL, interval * 2);
      average = average == 0 ? weight : (average + weight) / 2;
      untilNext = interval;
      return weight;
    }

    @Override
    public long measure(@Nullable Object value) {
      if (value == null) {
        return 0;
      }
      try {
        return heap(coder.isRegisterByteSizeObserverCheap(value) ? observe(value) : encode(value));
      } catch (Exception e) {
        return average; // whoever has to encode it will say what is wrong
      }
    }

    private static long heap(long encoded) {
      return (long) (encoded * HEAP_PER_ENCODED_BYTE) + SMALL;
    }

    private long observe(Object value) throws Exception {
      size.bytes = 0;
      coder.registerByteSizeObserver(value, size);
      size.advance(); // what the observer was told of lazily counts now
      return size.bytes;
    }

    private long encode(Object value) throws Exception {
      Count count = new Count();
      coder.encode(value, count);
      return count.bytes;
    }
  }

  private static final class Size extends ElementByteSizeObserver {
    long bytes;

    @Override
    protected void reportElementSize(long elementByteSize) {
      bytes += elementByteSize;
    }
  }

  /** Counts what is written to it. */
  private static final class Count extends OutputStream {
    long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] b, int offset, int length) {
      bytes += length;
    }
  }
}
