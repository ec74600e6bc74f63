package dev.microbatch.executor.stage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.plan.Exchange;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Blocks are bounded in records and in bytes, whatever the records are. */
class ExchangeWriterTest {

  private static final int TARGETS = 3;
  private static final String MEGABYTE = "x".repeat(1 << 20);
  private static final Schema SCHEMA = Schema.builder().addStringField("text").build();

  private final List<Integer> sizes = new ArrayList<>();

  /** A plain object. */
  record Pojo(String text) implements Serializable {}

  /** A value of a megabyte and its coder. */
  record Large(Object value, Coder<?> coder) {
    @Override
    public String toString() {
      return coder.getClass().getSimpleName();
    }
  }

  static Stream<Large> largeValues() {
    return Stream.of(
        new Large(MEGABYTE, StringUtf8Coder.of()),
        new Large(Row.withSchema(SCHEMA).addValue(MEGABYTE).build(), RowCoder.of(SCHEMA)),
        new Large(Collections.nCopies(1024, "x".repeat(1024)), ListCoder.of(StringUtf8Coder.of())),
        new Large(new Pojo(MEGABYTE), SerializableCoder.of(Pojo.class)));
  }

  private ExchangeWriter writer(Exchange.Kind kind, Coder<?> coder) {
    KvCoder<?, ?> records = KvCoder.of(VarIntCoder.of(), coder);
    Exchange exchange =
        new Exchange(
            0,
            "records",
            0,
            1,
            kind,
            records,
            GlobalWindow.Coder.INSTANCE,
            kind == Exchange.Kind.BY_KEY ? records.getKeyCoder() : null,
            null);
    return ExchangeWriter.of(
        exchange, 0, TARGETS, 128, (id, target, block, rest) -> sizes.add(block.size()));
  }

  @ParameterizedTest
  @MethodSource("largeValues")
  void blocksOfLargeRecordsHaveOne(Large large) {
    for (Exchange.Kind kind : Exchange.Kind.values()) {
      ExchangeWriter writer = writer(kind, large.coder());
      for (int i = 0; i < 100; i++) {
        writer.process(KV.of(i, large.value()), Meta.GLOBAL);
      }
      writer.flush();
    }
    assertThat(sizes, everyItem(is(1)));
  }

  @Test
  void blocksOfSmallRecordsAreBoundedInNumber() {
    ExchangeWriter writer = writer(Exchange.Kind.FORWARD, VarIntCoder.of());
    for (int i = 0; i < 10_000; i++) {
      writer.process(KV.of(i, i), Meta.GLOBAL);
    }
    writer.flush();
    assertThat(sizes, everyItem(lessThanOrEqualTo(ExchangeWriter.MAX_RECORDS)));
    assertThat(sizes.size(), is(10));
  }
}
