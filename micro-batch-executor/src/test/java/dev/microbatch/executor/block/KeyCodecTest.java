package dev.microbatch.executor.block;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.block.LyingCoders.AnyCase;
import dev.microbatch.executor.block.LyingCoders.AnyCaseCoder;
import dev.microbatch.executor.block.LyingCoders.Unequal;
import dev.microbatch.executor.block.LyingCoders.UnequalCoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.BigEndianIntegerCoder;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.BigEndianShortCoder;
import org.apache.beam.sdk.coders.BooleanCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.ByteCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.FloatCoder;
import org.apache.beam.sdk.coders.InstantCoder;
import org.apache.beam.sdk.coders.IterableCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.LengthPrefixCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A key is what its encoding is. */
class KeyCodecTest {

  private static final List<String> STRINGS =
      List.of(
          "",
          "a",
          "?",
          "\u00e9",
          "\ud83d\ude00",
          "\ud83d",
          "\ude00",
          "a\ud83d",
          "a?",
          "\ude00\ud83d");
  private static final List<Integer> INTS =
      List.of(0, 1, 127, 128, -1, 1 << 20, Integer.MIN_VALUE, Integer.MAX_VALUE);
  private static final List<Long> LONGS =
      List.of(0L, 1L, 127L, 128L, -1L, 1L << 40, Long.MIN_VALUE, Long.MAX_VALUE);

  /**
   * A coder and some of its values.
   *
   * @param coder the coder
   * @param values in which some have the same bytes
   */
  record Sample<T>(Coder<T> coder, List<T> values) {
    @Override
    public String toString() {
      return coder.getClass().getSimpleName() + coder.getCoderArguments();
    }
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  private static <T> Sample<T> sample(Coder<T> coder, T... values) {
    return new Sample<>(coder, Arrays.asList(values));
  }

  static Stream<Sample<?>> samples() {
    Schema left = Schema.builder().addInt64Field("id").build();
    Schema right = Schema.builder().addInt64Field("ref").build();
    Schema nullable = Schema.builder().addNullableInt64Field("id").build();
    Coder<Integer> ints = VarIntCoder.of();
    return Stream.of(
        new Sample<>(StringUtf8Coder.of(), STRINGS),
        new Sample<>(VarIntCoder.of(), INTS),
        new Sample<>(BigEndianIntegerCoder.of(), INTS),
        new Sample<>(VarLongCoder.of(), LONGS),
        new Sample<>(BigEndianLongCoder.of(), LONGS),
        sample(BigEndianShortCoder.of(), (short) 0, (short) -1, (short) 300),
        sample(ByteCoder.of(), (byte) 0, (byte) -1, (byte) 1),
        sample(BooleanCoder.of(), true, false),
        sample(InstantCoder.of(), new Instant(0), new Instant(-1), new Instant(1L << 50)),
        sample(VoidCoder.of(), (Void) null),
        sample(DoubleCoder.of(), 0.0, -0.0, Double.NaN, Double.longBitsToDouble(-1L), 1.5),
        sample(FloatCoder.of(), 0f, -0f, Float.NaN, Float.intBitsToFloat(-1), 1.5f),
        sample(ByteArrayCoder.of(), new byte[0], new byte[] {1}, new byte[] {1}, new byte[] {2}),
        new Sample<>(LengthPrefixCoder.of(StringUtf8Coder.of()), STRINGS),
        pairs(StringUtf8Coder.of(), STRINGS, NullableCoder.of(StringUtf8Coder.of()), nullable()),
        pairs(NullableCoder.of(StringUtf8Coder.of()), nullable(), VarIntCoder.of(), INTS),
        pairs(VarLongCoder.of(), LONGS, VoidCoder.of(), Arrays.asList((Void) null)),
        pairs(ByteArrayCoder.of(), List.of(new byte[] {1}, new byte[] {1}), ints, List.of(1, 2)),
        new Sample<>(NullableCoder.of(StringUtf8Coder.of()), nullable()),
        sample(
            ListCoder.of(StringUtf8Coder.of()),
            List.of(),
            List.of("a", "b"),
            new LinkedList<>(List.of("a", "b")),
            List.of("ab"),
            List.of("\ud83d"),
            List.of("?")),
        sample(
            ListCoder.of(NullableCoder.of(ints)),
            Arrays.asList(1, null),
            List.of(1),
            List.of(1, 0)),
        sample(
            IterableCoder.of(ints),
            List.of(1, 2),
            new java.util.ArrayDeque<>(List.of(1, 2)),
            List.of(2, 1)),
        sample(
            RowCoder.of(left),
            Row.withSchema(left).addValue(1L).build(),
            Row.withSchema(right).addValue(1L).build(),
            Row.withSchema(nullable).addValue(1L).build(),
            Row.withSchema(left).addValue(2L).build()),
        sample(new UnequalCoder(), Unequal.of("a"), Unequal.of("a"), Unequal.of("b")),
        sample(new AnyCaseCoder(), new AnyCase("a"), new AnyCase("A"), new AnyCase("a")),
        pairs(
            new UnequalCoder(),
            List.of(Unequal.of("a"), Unequal.of("a")),
            ListCoder.of(new AnyCaseCoder()),
            List.of(List.of(new AnyCase("a")), List.of(new AnyCase("A")))),
        sample(GlobalWindow.Coder.INSTANCE, GlobalWindow.INSTANCE),
        sample(IntervalWindow.getCoder(), window(0, 1), window(0, 2), window(0, 1), new Odd(0, 1)));
  }

  private static List<String> nullable() {
    List<String> values = new ArrayList<>(STRINGS);
    values.add(null);
    return values;
  }

  private static <A, B> Sample<KV<A, B>> pairs(
      Coder<A> first, List<A> firsts, Coder<B> second, List<B> seconds) {
    List<KV<A, B>> values = new ArrayList<>();
    firsts.forEach(a -> seconds.forEach(b -> values.add(KV.of(a, b))));
    return new Sample<>(KvCoder.of(first, second), values);
  }

  private static IntervalWindow window(long start, long end) {
    return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(end));
  }

  /** A window that is equal to itself only. */
  private static final class Odd extends IntervalWindow {
    Odd(long start, long end) {
      super(Instant.ofEpochMilli(start), Instant.ofEpochMilli(end));
    }

    @Override
    public boolean equals(Object o) {
      return this == o;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  <T> void comparableFormsAreEqualExactlyIfTheBytesAre(Sample<T> sample) throws Exception {
    KeyCodec<T> codec = KeyCodec.of(sample.coder());
    for (T a : sample.values()) {
      for (T b : sample.values()) {
        boolean same = Arrays.equals(encode(sample.coder(), a), encode(sample.coder(), b));
        assertThat(a + " and " + b, codec.comparable(a).equals(codec.comparable(b)), is(same));
        assertThat(a + " and " + b, codec.retained(a).equals(codec.retained(b)), is(same));
        if (codec.cheapForm(a).equals(codec.cheapForm(b))) {
          assertThat(a + " and " + b, same);
        }
        if (same) {
          assertThat(codec.comparable(a).hashCode(), is(codec.comparable(b).hashCode()));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  <T> void theHashIsThatOfTheBytes(Sample<T> sample) throws Exception {
    KeyCodec<T> codec = KeyCodec.of(sample.coder());
    for (T key : sample.values()) {
      byte[] bytes = encode(sample.coder(), key);
      int expected = KeyCodec.hashBytes(bytes);
      assertThat("hash of " + key, codec.hash(key), is(expected));
      assertThat("hash of " + key, codec.hash(key, codec.comparable(key)), is(expected));
      long own = codec.hashIfItself(key);
      if (own != KeyCodec.NOT_ITSELF) {
        assertThat("hash of " + key, (int) own, is(expected));
        assertThat(codec.comparable(key), sameInstance((Object) key));
      }
      assertThat("bytes of " + key, codec.encode(key, codec.comparable(key)), is(bytes));
    }
  }

  private static <T> byte[] encode(Coder<T> coder, T value) throws Exception {
    return CoderUtils.encodeToByteArray(coder, value);
  }

  @Test
  void usualKeysAreComparedAsTheyAre() {
    KV<String, Integer> pair = KV.of("a", 1);
    KeyCodec<KV<String, Integer>> pairs =
        KeyCodec.of(KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()));
    assertThat(pairs.comparable(pair), sameInstance(pair));
    assertThat(pairs.hashIfItself(pair), is(Integer.toUnsignedLong(pairs.hash(pair))));
    String text = "\u00e9\ud83d\ude00";
    assertThat(KeyCodec.of(StringUtf8Coder.of()).comparable(text), sameInstance(text));
  }

  @Test
  void theHashNeverChangesBecauseStateIsStoredByIt() {
    assertThat(KeyCodec.of(StringUtf8Coder.of()).hash("word"), is(1_282_956_722));
    assertThat(KeyCodec.of(VarLongCoder.of()).hash(300L), is(556_785_585));
  }

  @Test
  void aUserMayFillTheArrayOfAKeyThatIsRetainedAgain() {
    KeyCodec<byte[]> codec = KeyCodec.of(ByteArrayCoder.of());
    byte[] buffer = {1};
    Object one = codec.retained(buffer);
    buffer[0] = 2;
    assertThat(one, is(codec.comparable(new byte[] {1})));
  }

  @Test
  void aNullThatTheCoderDoesNotTakeIsRefused() {
    assertRefused(StringUtf8Coder.of(), null);
    assertRefused(ByteArrayCoder.of(), null);
    assertRefused(KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()), KV.of("a", null));
    assertRefused(ListCoder.of(VarLongCoder.of()), Arrays.asList(1L, null));
  }

  private static <T> void assertRefused(Coder<T> coder, T key) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> KeyCodec.of(coder).comparable(key));
    assertThat(e.getMessage(), containsString("Cannot encode the key " + key));
  }
}
