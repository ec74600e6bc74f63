package dev.microbatch.executor.block;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.beam.sdk.coders.BigEndianIntegerCoder;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.BigEndianShortCoder;
import org.apache.beam.sdk.coders.BooleanCoder;
import org.apache.beam.sdk.coders.ByteCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.InstantCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * The keys that are compared as objects. The list of their coders is closed, and goes by the exact
 * class of the coder: fixed and variable integers, booleans, instants, strings, and pairs and lists
 * of these. Floating-point numbers are not on it, nor are arrays, iterables, sets and maps, rows
 * and whatever a user wrote: they go by their bytes.
 *
 * <p>Two values may have the same bytes and yet differ: strings that were cut within a surrogate
 * pair, whose halves are all encoded as a question mark. So what is compared is a <em>plain</em>
 * value; others are made plain by encoding and decoding them.
 *
 * @param <K> the type of the keys
 */
abstract class HonestCodec<K> extends KeyCodec<K> {

  private HonestCodec(Coder<K> coder) {
    super(coder);
  }

  /** The codec of a coder that is on the list, or null. */
  static @Nullable HonestCodec<?> find(Coder<?> coder) {
    Class<?> type = coder.getClass();
    if (type == StringUtf8Coder.class) {
      return new Strings((StringUtf8Coder) coder);
    } else if (type == VarLongCoder.class) {
      return new VarLongs((VarLongCoder) coder);
    } else if (type == VarIntCoder.class) {
      return new VarInts((VarIntCoder) coder);
    } else if (type == BigEndianLongCoder.class) {
      return new Longs((BigEndianLongCoder) coder);
    } else if (type == BigEndianIntegerCoder.class) {
      return new Ints((BigEndianIntegerCoder) coder);
    } else if (type == BigEndianShortCoder.class) {
      return new Shorts((BigEndianShortCoder) coder);
    } else if (type == ByteCoder.class) {
      return new Bytes((ByteCoder) coder);
    } else if (type == BooleanCoder.class) {
      return new Booleans((BooleanCoder) coder);
    } else if (type == InstantCoder.class) {
      return new Instants((InstantCoder) coder);
    } else if (type == VoidCoder.class || type == GlobalWindow.Coder.class) {
      return new Nothing<>(coder);
    }
    return findComposite(coder);
  }

  private static @Nullable HonestCodec<?> findComposite(Coder<?> coder) {
    Class<?> type = coder.getClass();
    if (type == KvCoder.class) {
      KvCoder<?, ?> pairs = (KvCoder<?, ?>) coder;
      HonestCodec<?> first = find(pairs.getKeyCoder());
      HonestCodec<?> second = first == null ? null : find(pairs.getValueCoder());
      return second == null ? null : pairs(pairs, first, second);
    } else if (type == ListCoder.class) {
      ListCoder<?> lists = (ListCoder<?>) coder;
      HonestCodec<?> elements = find(lists.getElemCoder());
      return elements == null ? null : lists(lists, elements);
    } else if (type == NullableCoder.class) {
      NullableCoder<?> nullable = (NullableCoder<?>) coder;
      HonestCodec<?> values = find(nullable.getValueCoder());
      return values == null ? null : nullable(nullable, values);
    }
    return null;
  }

  @SuppressWarnings("unchecked") // The codecs are those of the coder's components.
  private static <A, B> HonestCodec<?> pairs(
      KvCoder<A, B> coder, HonestCodec<?> first, HonestCodec<?> second) {
    return new Pairs<>(coder, (HonestCodec<A>) first, (HonestCodec<B>) second);
  }

  @SuppressWarnings("unchecked") // The codec is that of the coder's component.
  private static <T> HonestCodec<?> lists(ListCoder<T> coder, HonestCodec<?> elements) {
    return new Lists<>(coder, (HonestCodec<T>) elements);
  }

  @SuppressWarnings("unchecked") // The codec is that of the coder's component.
  private static <T> HonestCodec<?> nullable(NullableCoder<T> coder, HonestCodec<?> values) {
    return new Nullables<>(coder, (HonestCodec<T>) values);
  }

  @Override
  public Object comparable(@Nullable K key) {
    return isPlain(key) ? key : canonical(key);
  }

  /** {@inheritDoc} Here a string that was cut differs from one that has a question mark. */
  @Override
  public final Object cheapForm(@Nullable K key) {
    return key == null ? comparable(null) : key;
  }

  @Override
  public long hashIfItself(@Nullable K key) {
    return key != null && isPlain(key) ? Integer.toUnsignedLong(hash(key)) : NOT_ITSELF;
  }

  /** {@inheritDoc} The key must be one that {@link #comparable} takes. */
  @Override
  public final int hash(K key) {
    return KeyHash.finish(feed(KeyHash.START, key, true));
  }

  /** Whether a value can be encoded, and is equal to exactly those that have the same bytes. */
  abstract boolean isPlain(@Nullable K value);

  /**
   * Takes the bytes of a value into a hash.
   *
   * @param h the hash so far
   * @param value the value
   * @param outer whether it is the last thing that is encoded, so that it needs no length
   */
  abstract long feed(long h, K value, boolean outer);

  private static final class Strings extends HonestCodec<String> {
    Strings(StringUtf8Coder coder) {
      super(coder);
    }

    @Override
    boolean isPlain(@Nullable String value) {
      if (value == null) {
        return false;
      }
      int length = value.length();
      for (int i = 0; i < length; i++) {
        if (Character.isSurrogate(value.charAt(i))) {
          return isWellFormed(value, i);
        }
      }
      return true;
    }

    @Override
    public long hashIfItself(@Nullable String key) {
      if (key == null) {
        return NOT_ITSELF;
      }
      long h = KeyHash.START;
      int length = key.length();
      for (int i = 0; i < length; i++) {
        char c = key.charAt(i);
        if (c >= 0x80) {
          return isWellFormed(key, i)
              ? Integer.toUnsignedLong(hashBytes(key.getBytes(StandardCharsets.UTF_8)))
              : NOT_ITSELF;
        }
        h = KeyHash.step(h, c);
      }
      return Integer.toUnsignedLong(KeyHash.finish(h));
    }

    private static boolean isWellFormed(String value, int from) {
      for (int i = from; i < value.length(); i++) {
        if (Character.isSurrogate(value.charAt(i))) {
          if (i + 1 == value.length()
              || !Character.isSurrogatePair(value.charAt(i), value.charAt(i + 1))) {
            return false;
          }
          i++;
        }
      }
      return true;
    }

    @Override
    long feed(long h, String value, boolean outer) {
      return outer ? KeyHash.utf8(h, value) : KeyHash.utf8WithLength(h, value);
    }
  }

  /** Values that are all plain, and encoded the same way wherever they stand. */
  private abstract static class Fixed<K> extends HonestCodec<K> {
    Fixed(Coder<K> coder) {
      super(coder);
    }

    @Override
    final boolean isPlain(@Nullable K value) {
      return value != null;
    }

    @Override
    public final long hashIfItself(@Nullable K key) {
      return key == null
          ? NOT_ITSELF
          : Integer.toUnsignedLong(KeyHash.finish(feed(KeyHash.START, key, true)));
    }
  }

  private static final class VarLongs extends Fixed<Long> {
    VarLongs(VarLongCoder coder) {
      super(coder);
    }

    @Override
    long feed(long h, Long value, boolean outer) {
      return KeyHash.varint(h, value);
    }
  }

  private static final class VarInts extends Fixed<Integer> {
    VarInts(VarIntCoder coder) {
      super(coder);
    }

    @Override
    long feed(long h, Integer value, boolean outer) {
      return KeyHash.varint(h, value & 0xffffffffL);
    }
  }

  private static final class Longs extends Fixed<Long> {
    Longs(BigEndianLongCoder coder) {
      super(coder);
    }

    @Override
    long feed(long h, Long value, boolean outer) {
      return KeyHash.bigEndian(h, value, Long.BYTES);
    }
  }

  private static final class Ints extends Fixed<Integer> {
    Ints(BigEndianIntegerCoder coder) {
      super(coder);
    }

    @Override
    long feed(long h, Integer value, boolean outer) {
      return KeyHash.bigEndian(h, value, Integer.BYTES);
    }
  }

  private static final class Shorts extends Fixed<Short> {
    Shorts(BigEndianShortCoder coder) {
      super(coder);
    }

    @Override
    long feed(long h, Short value, boolean outer) {
      return KeyHash.bigEndian(h, value, Short.BYTES);
    }
  }

  private static final class Bytes extends Fixed<Byte> {
    Bytes(ByteCoder coder) {
      super(coder);
    }

    @Override
    long feed(long h, Byte value, boolean outer) {
      return KeyHash.step(h, value);
    }
  }

  private static final class Booleans extends Fixed<Boolean> {
    Booleans(BooleanCoder coder) {
      super(coder);
    }

    @Override
    long feed(long h, Boolean value, boolean outer) {
      return KeyHash.step(h, value ? 1 : 0);
    }
  }

  private static final class Instants extends Fixed<Instant> {
    Instants(InstantCoder coder) {
      super(coder);
    }

    @Override
    long feed(long h, Instant value, boolean outer) {
      // The coder shifts them, so that the bytes of negative ones are less.
      return KeyHash.bigEndian(h, value.getMillis() - Long.MIN_VALUE, Long.BYTES);
    }
  }

  /** What has one value only, and no bytes. */
  private static final class Nothing<K> extends HonestCodec<K> {
    Nothing(Coder<K> coder) {
      super(coder);
    }

    @Override
    public Object comparable(@Nullable K key) {
      return EncodedKey.EMPTY;
    }

    @Override
    public long hashIfItself(@Nullable K key) {
      return NOT_ITSELF;
    }

    @Override
    boolean isPlain(@Nullable K value) {
      return true;
    }

    @Override
    long feed(long h, K value, boolean outer) {
      return h;
    }
  }

  private static final class Pairs<A, B> extends HonestCodec<KV<A, B>> {
    private final HonestCodec<A> first;
    private final HonestCodec<B> second;

    Pairs(KvCoder<A, B> coder, HonestCodec<A> first, HonestCodec<B> second) {
      super(coder);
      this.first = first;
      this.second = second;
    }

    @Override
    boolean isPlain(@Nullable KV<A, B> value) {
      return value != null && first.isPlain(value.getKey()) && second.isPlain(value.getValue());
    }

    @Override
    long feed(long h, KV<A, B> value, boolean outer) {
      return second.feed(first.feed(h, value.getKey(), false), value.getValue(), outer);
    }
  }

  private static final class Lists<T> extends HonestCodec<List<T>> {
    private final HonestCodec<T> elements;

    Lists(ListCoder<T> coder, HonestCodec<T> elements) {
      super(coder);
      this.elements = elements;
    }

    @Override
    boolean isPlain(@Nullable List<T> value) {
      if (value == null) {
        return false;
      }
      for (T element : value) {
        if (!elements.isPlain(element)) {
          return false;
        }
      }
      return true;
    }

    @Override
    long feed(long hash, List<T> value, boolean outer) {
      long h = KeyHash.bigEndian(hash, value.size(), Integer.BYTES);
      for (T element : value) {
        h = elements.feed(h, element, false);
      }
      return h;
    }
  }

  private static final class Nullables<T> extends HonestCodec<T> {

    /** Equal to no key that is there. */
    private static final Object NULL =
        new Object() {
          @Override
          public String toString() {
            return "null";
          }
        };

    private final HonestCodec<T> values;

    Nullables(NullableCoder<T> coder, HonestCodec<T> values) {
      super(coder);
      this.values = values;
    }

    @Override
    public Object comparable(@Nullable T key) {
      return key == null ? NULL : super.comparable(key);
    }

    @Override
    boolean isPlain(@Nullable T value) {
      return value == null || values.isPlain(value);
    }

    @Override
    long feed(long h, T value, boolean outer) {
      return value == null ? KeyHash.step(h, 0) : values.feed(KeyHash.step(h, 1), value, outer);
    }
  }
}
