package dev.microbatch.executor.memory;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.CustomCoder;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.IterableCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.MapCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;

/** Large values weigh much, whatever they are made of, and weighing costs and breaks nothing. */
class WeigherTest {

  private static final long MEGABYTE = 1 << 20;
  private static final String LARGE = "x".repeat((int) MEGABYTE);
  private static final Schema SCHEMA = Schema.builder().addStringField("text").build();

  /** A coder that counts how often it encodes, and cannot encode an empty string. */
  private static final class Counting extends CustomCoder<String> {
    private static final long serialVersionUID = 1L;
    final AtomicInteger encoded = new AtomicInteger();

    @Override
    public void encode(String value, OutputStream out) throws IOException {
      encoded.incrementAndGet();
      if (value.isEmpty()) {
        throw new IOException("nothing to encode");
      }
      StringUtf8Coder.of().encode(value, out);
    }

    @Override
    public String decode(InputStream in) throws IOException {
      return StringUtf8Coder.of().decode(in);
    }
  }

  private static Row row(String text) {
    return Row.withSchema(SCHEMA).addValue(text).build();
  }

  @Test
  void numbersAllWeighTheSame() {
    Weigher weigher = Weigher.of(KvCoder.of(VarLongCoder.of(), DoubleCoder.of()));
    assertThat(weigher.isConstant(), is(true));
    assertThat(weigher.weigh(KV.of(1L, 2.0)), is(weigher.weigh(KV.of(Long.MAX_VALUE, 0.0))));
  }

  @Test
  void stringsBytesAndPairsOfThemWeighWhatTheyAreLong() {
    Weigher weigher =
        Weigher.of(KvCoder.of(StringUtf8Coder.of(), NullableCoder.of(ByteArrayCoder.of())));
    assertThat(weigher.weigh(KV.of("four", new byte[100])), is(104L));
    assertThat(weigher.weigh(KV.of("four", null)), is(4L));
  }

  @Test
  void rowsWeighAtLeastTheirEncoding() {
    Weigher weigher = Weigher.of(KvCoder.of(VarLongCoder.of(), RowCoder.of(SCHEMA)));
    for (long i = 0; i < 200; i++) {
      assertThat(weigher.weigh(KV.of(i, row(LARGE))), greaterThanOrEqualTo(MEGABYTE));
    }
  }

  @Test
  void aChangeFromSmallToLargeIsNoticedSoon() {
    Weigher weigher = Weigher.of(RowCoder.of(SCHEMA));
    for (int i = 0; i < 10_000; i++) {
      assertThat(weigher.weigh(row("small")), lessThan(1000L));
    }
    long weight = 0;
    for (int i = 0; i < 10 * Weigher.MAX_INTERVAL; i++) {
      weight += weigher.weigh(row(LARGE));
    }
    assertThat(weight, greaterThan(5 * Weigher.MAX_INTERVAL * MEGABYTE));
  }

  @Test
  void aSampleIsEncodedAndTheRestIsNot() {
    Counting coder = new Counting();
    Weigher weigher = Weigher.of(coder);
    for (int i = 0; i < 61_000; i++) {
      weigher.weigh("always the same");
    }
    assertThat(coder.encoded.get(), allOf(greaterThan(900), lessThan(1100)));
  }

  @Test
  void aValueThatCannotBeEncodedWeighsLikeTheOthers() {
    Weigher weigher = Weigher.of(new Counting());
    long before = weigher.weigh("twelve chars");
    assertThat(weigher.weigh(""), is(before));
    assertThat(weigher.measure(""), is(before));
    assertThat(weigher.weigh(null), is(0L));
  }

  @Test
  void collectionsWeighWhatTheirElementsWeigh() {
    Weigher lists = Weigher.of(ListCoder.of(StringUtf8Coder.of()));
    assertThat(lists.weigh(Collections.nCopies(1000, "x".repeat(1000))), greaterThan(1_000_000L));
    assertThat(lists.weigh(List.of()), lessThan(100L));
    Weigher maps = Weigher.of(MapCoder.of(VarLongCoder.of(), StringUtf8Coder.of()));
    assertThat(maps.weigh(Map.of(1L, LARGE)), greaterThan(MEGABYTE));
    assertThat(maps.weigh(Map.of()), lessThan(100L));
  }

  @Test
  void anIterableThatCanBeReadOnceIsLeftToItsReader() {
    Iterator<String> once = List.of("a", "b").iterator();
    Iterable<String> value = () -> once;
    Weigher.of(IterableCoder.of(StringUtf8Coder.of())).weigh(value);
    assertThat(once.next(), is("a"));
  }
}
