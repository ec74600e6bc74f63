package dev.microbatch.executor.view;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.emptyIterable;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.block.LyingCoders.AnyCase;
import dev.microbatch.executor.block.LyingCoders.AnyCaseCoder;
import java.util.List;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.Row;
import org.junit.jupiter.api.Test;

/** The keys of a side input are compared by their bytes. */
class PaneMultimapTest {

  @Test
  void aRowIsFoundByARowOfAnotherSchemaThatHasTheSameBytes() {
    Schema ours = Schema.builder().addStringField("id").build();
    Schema theirs = Schema.builder().addNullableStringField("ref").build();
    PaneMultimap<Row, Long> map =
        new PaneMultimap<>(
            KeyCodec.of(RowCoder.of(ours)),
            List.of(
                KV.of(Row.withSchema(ours).addValue("a").build(), 1L),
                KV.of(Row.withSchema(theirs).addValue("a").build(), 2L)));
    assertThat(map.get(Row.withSchema(theirs).addValue("a").build()), contains(1L, 2L));
    assertThat(map.get(), contains(Row.withSchema(ours).addValue("a").build()));
    assertThat(map.get(Row.withSchema(theirs).addValue("b").build()), emptyIterable());
  }

  @Test
  void keysThatAreEqualButEncodedOtherwiseAreTwo() {
    PaneMultimap<AnyCase, Long> map =
        new PaneMultimap<>(
            KeyCodec.of(new AnyCaseCoder()),
            List.of(KV.of(new AnyCase("a"), 1L), KV.of(new AnyCase("A"), 2L)));
    assertThat(map.get(new AnyCase("a")), contains(1L));
    assertThat(map.get(new AnyCase("A")), contains(2L));
  }

  @Test
  void nullIsAKey() {
    PaneMultimap<String, Long> map =
        new PaneMultimap<>(
            KeyCodec.of(NullableCoder.of(StringUtf8Coder.of())),
            List.of(KV.of(null, 1L), KV.of("null", 2L)));
    assertThat(map.get(null), contains(1L));
    assertThat(map.get(), containsInAnyOrder(null, "null"));
  }
}
