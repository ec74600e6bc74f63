package dev.microbatch.executor.block;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import dev.microbatch.executor.view.ViewPane;
import dev.microbatch.executor.view.ViewPaneCoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.PaneInfo.Timing;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A block is the same after it has been encoded and decoded, or there is one clear error. */
class BlockCodecTest {

  private static final String EXCHANGE = "Count/Group";

  /**
   * Records that travel together.
   *
   * @param coder the coder of the values
   * @param keyCoder the coder of their keys, or null
   * @param values the values
   */
  record Sample(Coder<?> coder, @Nullable Coder<?> keyCoder, List<?> values) {

    static <K, V> Sample byKey(Coder<K> keys, Coder<V> values, List<KV<K, V>> records) {
      return new Sample(KvCoder.of(keys, values), keys, records);
    }

    static Sample plain(Coder<?> coder, List<?> values) {
      return new Sample(coder, null, values);
    }

    BlockCodec codec(Coder<? extends BoundedWindow> windows) {
      return new BlockCodec(EXCHANGE, coder, windows, keyCoder);
    }

    @SuppressWarnings("unchecked")
    Block block(List<Meta> metas) {
      Block block = new Block(values.size(), keyCoder != null);
      KeyCodec<Object> codec = keyCoder == null ? null : KeyCodec.of((Coder<Object>) keyCoder);
      for (int i = 0; i < values.size(); i++) {
        Meta meta = metas.get(i % metas.size());
        if (codec == null) {
          block.add(values.get(i), meta);
        } else {
          Object key = ((KV<?, ?>) values.get(i)).getKey();
          Object comparable = codec.comparable(key);
          block.add(values.get(i), meta, comparable, codec.hash(key, comparable));
        }
      }
      return block;
    }

    @Override
    public String toString() {
      return (keyCoder == null ? "" : "by key ") + coder;
    }
  }

  static Stream<Sample> samples() {
    List<KV<Long, String>> many = new ArrayList<>();
    for (long i = 0; i < 1024; i++) {
      many.add(KV.of(i * i - 300, "value " + i));
    }
    return Stream.of(
        Sample.plain(VarIntCoder.of(), List.of()),
        Sample.plain(VarIntCoder.of(), List.of(1, -1, 300)),
        Sample.plain(NullableCoder.of(StringUtf8Coder.of()), Arrays.asList(null, "", "a")),
        Sample.plain(VoidCoder.of(), Arrays.asList(null, null, null)),
        Sample.plain(KvCoder.of(VarIntCoder.of(), VarIntCoder.of()), List.of(KV.of(1, 2))),
        Sample.byKey(VarLongCoder.of(), StringUtf8Coder.of(), many),
        Sample.byKey(
            StringUtf8Coder.of(),
            VarIntCoder.of(),
            List.of(KV.of("", 1), KV.of("\u00e9\ud83d\ude00", 2), KV.of("", 3))),
        Sample.byKey(DoubleCoder.of(), VarIntCoder.of(), List.of(KV.of(-0.0, 1), KV.of(0.0, 2))),
        Sample.byKey(
            VoidCoder.of(), VarIntCoder.of(), List.of(KV.of((Void) null, 1), KV.of(null, 2))),
        Sample.byKey(
            NullableCoder.of(VarIntCoder.of()),
            VarIntCoder.of(),
            List.of(KV.of((Integer) null, 1), KV.of(-1, 2))),
        Sample.byKey(
            ListCoder.of(StringUtf8Coder.of()),
            VarIntCoder.of(),
            List.of(KV.of(ImmutableList.of(), 1), KV.of(ImmutableList.of("a", "b"), 2))));
  }

  private static IntervalWindow window(long start, long end) {
    return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(end));
  }

  private static void assertSame(Block decoded, Block block) {
    assertThat(decoded.size(), is(block.size()));
    assertThat(decoded.isKeyed(), is(block.isKeyed()));
    for (int i = 0; i < block.size(); i++) {
      assertThat(decoded.value(i), is(block.value(i)));
      assertThat(decoded.meta(i), is(block.meta(i)));
      if (block.isKeyed()) {
        assertThat(decoded.key(i), is(block.key(i)));
        assertThat(decoded.hash(i), is(block.hash(i)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void aDecodedBlockIsTheSame(Sample sample) {
    Block block = sample.block(List.of(Meta.GLOBAL, Meta.inGlobalWindow(5)));
    BlockCodec codec = sample.codec(GlobalWindow.Coder.INSTANCE);
    assertSame(codec.decode(codec.encode(block)), block);
  }

  @Test
  void metadataOfEveryKindSurvives() {
    List<Meta> metas = new ArrayList<>();
    List<PaneInfo> panes =
        List.of(
            PaneInfo.NO_FIRING,
            PaneInfo.ON_TIME_AND_ONLY_FIRING,
            PaneInfo.createPane(true, false, Timing.EARLY, 0, -1),
            PaneInfo.createPane(false, false, Timing.ON_TIME, 1, 0),
            PaneInfo.createPane(false, true, Timing.LATE, 1000, 998));
    for (PaneInfo pane : panes) {
      for (List<IntervalWindow> windows :
          List.of(
              List.<IntervalWindow>of(),
              List.of(window(-10, 0)),
              List.of(window(0, 10), window(5, 15), window(10, 20)))) {
        Meta meta = Meta.of(-7, windows, pane);
        metas.add(meta);
        metas.add(meta.withTimestamp(BoundedWindow.TIMESTAMP_MIN_VALUE.getMillis()));
        metas.add(meta.withRecordId("id", null));
        metas.add(meta.withRecordId(null, -1L));
        metas.add(
            meta.withRecordId("", Long.MAX_VALUE).withCausedByDrain(CausedByDrain.CAUSED_BY_DRAIN));
      }
    }
    List<Integer> values = new ArrayList<>();
    metas.forEach(meta -> values.add(values.size()));
    Sample sample = Sample.plain(VarIntCoder.of(), values);
    BlockCodec codec = sample.codec(IntervalWindow.getCoder());
    Block block = sample.block(metas);
    Block decoded = codec.decode(codec.encode(block));
    assertSame(decoded, block);
    for (int i = 0; i < block.size(); i++) { // a meta that is equal may differ in these
      assertThat(decoded.meta(i).recordId(), is(block.meta(i).recordId()));
      assertThat(decoded.meta(i).recordOffset(), is(block.meta(i).recordOffset()));
      assertThat(decoded.meta(i).causedByDrain(), is(block.meta(i).causedByDrain()));
    }
  }

  @Test
  void neighboursThatSharedTheirMetadataShareItStill() {
    Block block = new Block(4, false);
    Meta later = Meta.inGlobalWindow(1);
    block.add(1, Meta.GLOBAL);
    block.add(2, Meta.GLOBAL);
    block.add(3, later);
    block.add(4, later);
    BlockCodec codec =
        new BlockCodec(EXCHANGE, VarIntCoder.of(), GlobalWindow.Coder.INSTANCE, null);
    Block decoded = codec.decode(codec.encode(block));
    assertSame(decoded, block);
    assertThat(decoded.meta(1), sameInstance(decoded.meta(0)));
    assertThat(decoded.meta(3), sameInstance(decoded.meta(2)));
  }

  @Test
  void byteArraysAreKeysByTheirBytes() {
    Sample sample =
        Sample.byKey(
            ByteArrayCoder.of(),
            VarIntCoder.of(),
            List.of(KV.of(new byte[0], 1), KV.of(new byte[] {-1, 0}, 2)));
    Block block = sample.block(List.of(Meta.GLOBAL));
    BlockCodec codec = sample.codec(GlobalWindow.Coder.INSTANCE);
    Block decoded = codec.decode(codec.encode(block));
    assertThat(decoded.size(), is(2));
    for (int i = 0; i < 2; i++) {
      assertThat(decoded.key(i), is(block.key(i)));
      assertThat(decoded.hash(i), is(block.hash(i)));
      assertThat(((KV<?, ?>) decoded.value(i)).getKey(), is(((KV<?, ?>) block.value(i)).getKey()));
    }
  }

  @Test
  void panesOfSideInputsTravelWithTheirElements() {
    Block block = new Block(2, false);
    Meta first = Meta.of(9, window(0, 10), PaneInfo.createPane(true, false, Timing.EARLY, 0, -1));
    block.add(new ViewPane(List.of("a", "b")), first);
    block.add(new ViewPane(List.of()), first.withPane(PaneInfo.ON_TIME_AND_ONLY_FIRING));
    BlockCodec codec =
        new BlockCodec(
            EXCHANGE, ViewPaneCoder.of(StringUtf8Coder.of()), IntervalWindow.getCoder(), null);
    Block decoded = codec.decode(codec.encode(block));
    for (int i = 0; i < 2; i++) {
      ViewPane pane = (ViewPane) decoded.value(i);
      assertThat(
          ImmutableList.copyOf(pane.values()),
          is(ImmutableList.copyOf(((ViewPane) block.value(i)).values())));
      assertThat(decoded.meta(i), is(block.meta(i)));
    }
  }

  private static Sample threeKeys() {
    return Sample.byKey(
        StringUtf8Coder.of(),
        VarIntCoder.of(),
        List.of(KV.of("one", 1), KV.of("two", 2), KV.of("three", 3)));
  }

  private static byte[] encodeThreeKeys() {
    Sample sample = threeKeys();
    return sample.codec(GlobalWindow.Coder.INSTANCE).encode(sample.block(List.of(Meta.GLOBAL)));
  }

  private static void assertRefused(byte[] bytes, String why) {
    BlockCodec codec = threeKeys().codec(GlobalWindow.Coder.INSTANCE);
    BlockCodingException e = assertThrows(BlockCodingException.class, () -> codec.decode(bytes));
    assertThat(
        e.getMessage(),
        allOf(containsString("Cannot decode a block of " + EXCHANGE), containsString(why)));
  }

  @Test
  void aBlockThatWasCutIsRefused() {
    byte[] whole = encodeThreeKeys();
    for (int length = 0; length < whole.length; length++) {
      assertRefused(Arrays.copyOf(whole, length), "was cut");
    }
  }

  @Test
  void aBlockWithAnotherBitIsRefused() {
    byte[] bytes = encodeThreeKeys();
    for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
      byte mask = (byte) (1 << bit % Byte.SIZE);
      bytes[bit / Byte.SIZE] ^= mask;
      assertRefused(bytes, "checksum");
      bytes[bit / Byte.SIZE] ^= mask;
    }
  }

  /** Gives bytes the checksum that they need to be looked at. */
  private static byte[] sealed(byte[] bytes) {
    int end = bytes.length - Integer.BYTES;
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, end);
    ByteBuffer.wrap(bytes).putInt(end, (int) crc.getValue());
    return bytes;
  }

  private static byte[] forged(int at, int value) {
    byte[] bytes = encodeThreeKeys();
    bytes[at] = (byte) value;
    return sealed(bytes);
  }

  @Test
  void forgedBytesAreRefusedThoughTheirChecksumIsRight() {
    byte[] bytes = encodeThreeKeys();
    int run = 2; // behind the number of records and the flag
    int hash = run + 1 + Long.BYTES + 1 + 1 + 1; // behind length, time, windows, pane, flags
    assertRefused(sealed(new byte[Integer.BYTES]), "ends too early");
    assertRefused(forged(0, 2), "run of 3");
    assertRefused(forged(0, 4), "ends too early");
    assertRefused(forged(1, 0), "another exchange");
    assertRefused(forged(run, 0), "run of 0");
    assertRefused(forged(hash, bytes[hash] ^ 1), "the key one is not the one that was sent");
    assertRefused(sealed(Arrays.copyOf(bytes, bytes.length + 1)), "bytes behind its last record");
    byte[] negative = {-1, -1, -1, -1, 15, 1, 0, 0, 0, 0};
    assertRefused(sealed(negative), "another exchange");
  }

  @Test
  void noForgedByteGetsPastAsAnythingElse() {
    byte[] bytes = encodeThreeKeys();
    BlockCodec codec = threeKeys().codec(GlobalWindow.Coder.INSTANCE);
    for (int at = 0; at < bytes.length - Integer.BYTES; at++) {
      for (int value = Byte.MIN_VALUE; value <= Byte.MAX_VALUE; value++) {
        try {
          codec.decode(forged(at, value));
        } catch (BlockCodingException expected) {
          assertThat(expected.getMessage(), containsString(EXCHANGE));
        }
      }
    }
  }

  /** A coder that decodes the text in upper case. */
  private static final class LoudCoder extends AtomicCoder<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(String value, OutputStream out) throws IOException {
      StringUtf8Coder.of().encode(value, out);
    }

    @Override
    public String decode(InputStream in) throws IOException {
      return StringUtf8Coder.of().decode(in).toUpperCase(Locale.ROOT);
    }
  }

  @Test
  void aKeyThatIsAnotherOneWhenDecodedIsRefused() {
    Sample sample = Sample.byKey(new LoudCoder(), VarIntCoder.of(), List.of(KV.of("one", 1)));
    BlockCodec codec = sample.codec(GlobalWindow.Coder.INSTANCE);
    byte[] bytes = codec.encode(sample.block(List.of(Meta.GLOBAL)));
    BlockCodingException e = assertThrows(BlockCodingException.class, () -> codec.decode(bytes));
    assertThat(e.getMessage(), allOf(containsString("the key ONE"), containsString("LoudCoder")));
  }

  @Test
  void aValueThatCannotBeEncodedIsNamedWithItsExchangeAndCoder() {
    Block block = new Block(1, false);
    block.add(null, Meta.GLOBAL);
    BlockCodec codec =
        new BlockCodec(EXCHANGE, StringUtf8Coder.of(), GlobalWindow.Coder.INSTANCE, null);
    BlockCodingException e = assertThrows(BlockCodingException.class, () -> codec.encode(block));
    assertThat(
        e.getMessage(),
        allOf(
            containsString("Cannot encode a block of " + EXCHANGE),
            containsString("StringUtf8Coder"),
            containsString("null")));
  }

  @Test
  void aBlockOfAnotherKindOfExchangeIsNotEncoded() {
    BlockCodec codec = threeKeys().codec(GlobalWindow.Coder.INSTANCE);
    assertThrows(IllegalArgumentException.class, () -> codec.encode(new Block(1, false)));
  }
}
