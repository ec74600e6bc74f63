package dev.microbatch.executor.block;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
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
import org.apache.beam.sdk.coders.InstantCoder;
import org.apache.beam.sdk.coders.IterableCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The hash of keys, which is part of the file format: checkpoints hold keyed state by it, so it
 * must never change, neither where a key is encoded nor on any path that hashes it as it is.
 *
 * <p>The numbers were computed by another implementation of what {@link KeyCodec} specifies, from
 * the bytes that stand beside them.
 */
class KeyHashVectorsTest {

  /**
   * A key and what becomes of it.
   *
   * @param coder the coder of the key
   * @param key the key
   * @param hex its bytes in the outer context; null if they are too many to be shown
   * @param hash its hash
   */
  record Vector<K>(Coder<K> coder, @Nullable K key, @Nullable String hex, int hash) {
    @Override
    public String toString() {
      String text = key instanceof byte[] bytes ? Arrays.toString(bytes) : String.valueOf(key);
      return coder.getClass().getSimpleName()
          + " "
          + (text.length() > 40 ? text.length() + " characters" : text);
    }
  }

  private static <K> Vector<K> vector(
      Coder<K> coder, @Nullable K key, @Nullable String hex, int hash) {
    return new Vector<>(coder, key, hex, hash);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  static Stream<Vector<?>> vectors() {
    return Stream.of(
        // int, as an unsigned varint of 32 bits
        vector(VarIntCoder.of(), 0, "00", -1190966573),
        vector(VarIntCoder.of(), 1, "01", 226290242),
        vector(VarIntCoder.of(), 127, "7f", 1392097884),
        vector(VarIntCoder.of(), 128, "8001", -128098760),
        vector(VarIntCoder.of(), 16383, "ff7f", -183017959),
        vector(VarIntCoder.of(), 16384, "808001", 1250050705),
        vector(VarIntCoder.of(), 2097151, "ffff7f", 676567414),
        vector(VarIntCoder.of(), 2097152, "80808001", 521189835),
        vector(VarIntCoder.of(), 268435455, "ffffff7f", -436292850),
        vector(VarIntCoder.of(), 268435456, "8080808001", 1992472930),
        vector(VarIntCoder.of(), Integer.MAX_VALUE, "ffffffff07", -127226582),
        vector(VarIntCoder.of(), -1, "ffffffff0f", 541306119),
        vector(VarIntCoder.of(), -128, "80ffffff0f", -1762412621),
        vector(VarIntCoder.of(), Integer.MIN_VALUE, "8080808008", 1448551092),
        // long, as an unsigned varint of 64 bits: both sides of each border
        vector(VarLongCoder.of(), 127L, "7f", 1392097884),
        vector(VarLongCoder.of(), 128L, "8001", -128098760),
        vector(VarLongCoder.of(), 16383L, "ff7f", -183017959),
        vector(VarLongCoder.of(), 16384L, "808001", 1250050705),
        vector(VarLongCoder.of(), 2097151L, "ffff7f", 676567414),
        vector(VarLongCoder.of(), 2097152L, "80808001", 521189835),
        vector(VarLongCoder.of(), 268435455L, "ffffff7f", -436292850),
        vector(VarLongCoder.of(), 268435456L, "8080808001", 1992472930),
        vector(VarLongCoder.of(), 34359738367L, "ffffffff7f", -1716596916),
        vector(VarLongCoder.of(), 34359738368L, "808080808001", 2107437182),
        vector(VarLongCoder.of(), 4398046511103L, "ffffffffff7f", 806884312),
        vector(VarLongCoder.of(), 4398046511104L, "80808080808001", 882669237),
        vector(VarLongCoder.of(), 562949953421311L, "ffffffffffff7f", 332150974),
        vector(VarLongCoder.of(), 562949953421312L, "8080808080808001", 697591300),
        vector(VarLongCoder.of(), 72057594037927935L, "ffffffffffffff7f", -1909404959),
        vector(VarLongCoder.of(), 72057594037927936L, "808080808080808001", 731827913),
        vector(VarLongCoder.of(), Long.MAX_VALUE, "ffffffffffffffff7f", -882059573),
        vector(VarLongCoder.of(), 0L, "00", -1190966573),
        vector(VarLongCoder.of(), -1L, "ffffffffffffffffff01", 851378959),
        vector(VarLongCoder.of(), -300L, "d4fdffffffffffffff01", -1685584913),
        vector(VarLongCoder.of(), Long.MIN_VALUE, "80808080808080808001", -668745438),
        // of a fixed width
        vector(BigEndianIntegerCoder.of(), 0, "00000000", 1295231287),
        vector(BigEndianIntegerCoder.of(), 1, "00000001", 2024529594),
        vector(BigEndianIntegerCoder.of(), -1, "ffffffff", 1572778840),
        vector(BigEndianIntegerCoder.of(), 258, "00000102", 779133716),
        vector(BigEndianIntegerCoder.of(), Integer.MIN_VALUE, "80000000", 1801464497),
        vector(BigEndianIntegerCoder.of(), Integer.MAX_VALUE, "7fffffff", -146132071),
        vector(BigEndianLongCoder.of(), 0L, "0000000000000000", 2077430863),
        vector(BigEndianLongCoder.of(), 1L, "0000000000000001", 223006955),
        vector(BigEndianLongCoder.of(), -1L, "ffffffffffffffff", 1788002338),
        vector(BigEndianLongCoder.of(), 1099511627776L, "0000010000000000", 61652068),
        vector(BigEndianLongCoder.of(), Long.MIN_VALUE, "8000000000000000", 2086193744),
        vector(BigEndianLongCoder.of(), Long.MAX_VALUE, "7fffffffffffffff", -325756639),
        vector(BigEndianShortCoder.of(), (short) 0, "0000", -620641520),
        vector(BigEndianShortCoder.of(), (short) -1, "ffff", 160620909),
        vector(BigEndianShortCoder.of(), (short) 300, "012c", 778124599),
        vector(BigEndianShortCoder.of(), (short) -32768, "8000", 281669973),
        vector(ByteCoder.of(), (byte) 0, "00", -1190966573),
        vector(ByteCoder.of(), (byte) 1, "01", 226290242),
        vector(ByteCoder.of(), (byte) -1, "ff", 465394817),
        vector(ByteCoder.of(), (byte) -128, "80", -35254667),
        vector(ByteCoder.of(), (byte) 127, "7f", 1392097884),
        vector(BooleanCoder.of(), true, "01", 226290242),
        vector(BooleanCoder.of(), false, "00", -1190966573),
        vector(InstantCoder.of(), Instant.ofEpochMilli(0L), "8000000000000000", 2086193744),
        vector(InstantCoder.of(), Instant.ofEpochMilli(1L), "8000000000000001", -1271715157),
        vector(InstantCoder.of(), Instant.ofEpochMilli(-1L), "7fffffffffffffff", -325756639),
        vector(
            InstantCoder.of(),
            Instant.ofEpochMilli(1125899906842624L),
            "8004000000000000",
            -1225071587),
        vector(
            InstantCoder.of(),
            Instant.ofEpochMilli(-1125899906842624L),
            "7ffc000000000000",
            -1855165110),
        // text, without its length
        vector(StringUtf8Coder.of(), "", "", -271573152),
        vector(StringUtf8Coder.of(), "a", "61", -2103269032),
        vector(StringUtf8Coder.of(), "word", "776f7264", 1282956722),
        vector(StringUtf8Coder.of(), "\u007f", "7f", 1392097884),
        vector(StringUtf8Coder.of(), "\u0080", "c280", 1254678197),
        vector(StringUtf8Coder.of(), "\u00e9", "c3a9", -1655321415),
        vector(StringUtf8Coder.of(), "\u0800", "e0a080", 1465162653),
        vector(StringUtf8Coder.of(), "\uffff", "efbfbf", -1257674343),
        vector(StringUtf8Coder.of(), "\ud83d\ude00", "f09f9880", -628510567),
        vector(StringUtf8Coder.of(), "\ud83d", "3f", -1553929944),
        vector(StringUtf8Coder.of(), "\ude00", "3f", -1553929944),
        vector(StringUtf8Coder.of(), "a\ud83d", "613f", 224220621),
        vector(StringUtf8Coder.of(), "\ude00\ud83d", "3f3f", 1159484157),
        vector(StringUtf8Coder.of(), "\ud83dz", "3f7a", -1645816726),
        vector(StringUtf8Coder.of(), "x".repeat(127), null, 1695453662),
        vector(StringUtf8Coder.of(), "x".repeat(20_000), null, -1678279871),
        vector(StringUtf8Coder.of(), "x".repeat(20_000) + "\u00e9", null, -190830973),
        // bytes, without their number
        vector(ByteArrayCoder.of(), bytes(""), "", -271573152),
        vector(ByteArrayCoder.of(), bytes("00"), "00", -1190966573),
        vector(ByteArrayCoder.of(), bytes("ff007f80"), "ff007f80", -331559219),
        vector(ByteArrayCoder.of(), new byte[20_000], null, 769934009),
        // pairs: the first as in the middle, the second as at the end
        vector(
            KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()),
            KV.of("", -1),
            "00ffffffff0f",
            -1289495671),
        vector(
            KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()),
            KV.of("a", -1),
            "0161ffffffff0f",
            2111250820),
        vector(
            KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()),
            KV.of("\u00e9", -1),
            "02c3a9ffffffff0f",
            -511342520),
        vector(
            KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()),
            KV.of("\ud83d\ude00", -1),
            "04f09f9880ffffffff0f",
            -211761378),
        vector(
            KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()),
            KV.of("\ud83d", -1),
            "013fffffffff0f",
            -1496026715),
        vector(
            KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()),
            KV.of("x".repeat(127), 1),
            null,
            -1997403682),
        vector(
            KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()),
            KV.of("x".repeat(128), 1),
            null,
            1715905198),
        vector(
            KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()),
            KV.of("x".repeat(20_000), 1),
            null,
            163249980),
        vector(
            KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()),
            KV.of("\u00e9".repeat(64), 1),
            null,
            -1392590115),
        vector(
            KvCoder.of(VarIntCoder.of(), StringUtf8Coder.of()),
            KV.of(-2, "b"),
            "feffffff0f62",
            -1631855989),
        vector(
            KvCoder.of(VarIntCoder.of(), StringUtf8Coder.of()), KV.of(300, ""), "ac02", 556785585),
        vector(
            KvCoder.of(KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()), StringUtf8Coder.of()),
            KV.of(KV.of("a", 128), "b"),
            "0161800162",
            -2129448732),
        vector(
            KvCoder.of(ByteArrayCoder.of(), ByteArrayCoder.of()),
            KV.of(bytes("01ff"), bytes("01")),
            "0201ff01",
            1277800238),
        vector(
            KvCoder.of(VarLongCoder.of(), VoidCoder.of()),
            KV.of(-1L, (Void) null),
            "ffffffffffffffffff01",
            851378959),
        vector(
            KvCoder.of(BooleanCoder.of(), InstantCoder.of()),
            KV.of(true, Instant.ofEpochMilli(-1)),
            "017fffffffffffffff",
            312606679),
        // lists: their length in four bytes, then each as in the middle
        vector(ListCoder.of(StringUtf8Coder.of()), List.of(), "00000000", 1295231287),
        vector(ListCoder.of(StringUtf8Coder.of()), List.of(""), "0000000100", -1035967981),
        vector(
            ListCoder.of(StringUtf8Coder.of()),
            List.of("a", "\u00e9"),
            "00000002016102c3a9",
            1266217235),
        vector(
            ListCoder.of(VarIntCoder.of()), List.of(-1, 128), "00000002ffffffff0f8001", 987079963),
        vector(
            ListCoder.of(KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of())),
            List.of(KV.of("a", -1)),
            "000000010161ffffffff0f",
            -7517013),
        // what may be null: a byte that says whether it is there
        vector(NullableCoder.of(VarIntCoder.of()), null, "00", -1190966573),
        vector(NullableCoder.of(VarIntCoder.of()), -1, "01ffffffff0f", 945343968),
        vector(NullableCoder.of(StringUtf8Coder.of()), null, "00", -1190966573),
        vector(NullableCoder.of(StringUtf8Coder.of()), "", "01", 226290242),
        vector(NullableCoder.of(StringUtf8Coder.of()), "\ud83d", "013f", -397201612),
        vector(
            ListCoder.of(NullableCoder.of(VarIntCoder.of())),
            Arrays.asList(null, 0),
            "00000002000100",
            -1092271265),
        vector(
            KvCoder.of(NullableCoder.of(StringUtf8Coder.of()), VarIntCoder.of()),
            KV.of("a", 1),
            "01016101",
            -1742400793),
        vector(VoidCoder.of(), null, "", -271573152),
        // windows
        vector(GlobalWindow.Coder.INSTANCE, GlobalWindow.INSTANCE, "", -271573152),
        vector(
            IntervalWindow.getCoder(),
            new IntervalWindow(Instant.ofEpochMilli(-10), Instant.ofEpochMilli(290)),
            "8000000000000122ac02",
            -2002851258),
        // whatever goes by its bytes
        vector(DoubleCoder.of(), -0.0, "8000000000000000", 2086193744),
        vector(DoubleCoder.of(), 1.5, "3ff8000000000000", -177117971),
        vector(
            IterableCoder.of(VarIntCoder.of()),
            List.of(1, -1),
            "0000000201ffffffff0f",
            -1608298027));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  <K> void theEncodedKeyHasItsHash(Vector<K> vector) throws Exception {
    byte[] bytes = CoderUtils.encodeToByteArray(vector.coder(), vector.key());
    if (vector.hex() != null) {
      assertThat(HexFormat.of().formatHex(bytes), is(vector.hex()));
    }
    assertThat(KeyCodec.hashBytes(bytes), is(vector.hash()));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  <K> void everyPathGivesTheSameHash(Vector<K> vector) {
    KeyCodec<K> codec = KeyCodec.of(vector.coder());
    K key = vector.key();
    Object comparable = codec.comparable(key);
    assertThat(codec.hash(key), is(vector.hash()));
    assertThat(codec.hash(key, comparable), is(vector.hash()));
    assertThat(codec.hash(key, codec.retained(key)), is(vector.hash()));
    long own = codec.hashIfItself(key);
    if (comparable == key) {
      boolean fast = HonestCodec.find(vector.coder()) != null;
      assertThat(own, is(fast ? Integer.toUnsignedLong(vector.hash()) : KeyCodec.NOT_ITSELF));
    } else {
      assertThat(own, is(KeyCodec.NOT_ITSELF));
    }
  }

  @Test
  void everyByteCountsWithoutItsSign() {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    assertThat(KeyCodec.hashBytes(bytes), is(543677293));
    assertThat(KeyCodec.hashBytes("key groups".getBytes(StandardCharsets.UTF_8)), is(-1730521523));
  }

  @Test
  void aHashGoesToTheSameGroupAndPartitionForEver() {
    assertThat(KeyCodec.keyGroup(-1, 128), is(127));
    assertThat(KeyCodec.keyGroup(Integer.MIN_VALUE, 100), is(52));
    assertThat(KeyCodec.keyGroup(Integer.MAX_VALUE, 128), is(127));
    assertThat(KeyCodec.keyGroup(300, 128), is(44));
    assertThat(KeyCodec.partition(0, 128, 3), is(0));
    assertThat(KeyCodec.partition(42, 128, 3), is(0));
    assertThat(KeyCodec.partition(43, 128, 3), is(1));
    assertThat(KeyCodec.partition(127, 128, 3), is(2));
  }
}
