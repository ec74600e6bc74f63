package dev.microbatch.runner;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.transforms.Join;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.NonMergingWindowFn;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowMappingFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.Row;
import org.joda.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and windows are what their encoding is, whatever the objects think of each other. */
@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
class EncodedKeysTest {

  private static final int ROWS = 100;

  private static final Schema LEFT =
      Schema.builder().addInt64Field("id").addStringField("name").build();

  private static Pipeline pipeline(boolean specialized) {
    return Pipeline.create(
        PipelineOptionsFactory.fromArgs(
                "--runner=MicroBatchRunner",
                "--parallelism=2",
                "--specializedAggregators=" + specialized)
            .create());
  }

  private static PCollection<Row> rows(Pipeline pipeline, String name, Schema schema) {
    List<Row> rows = new ArrayList<>();
    for (long i = 0; i < ROWS; i++) {
      rows.add(Row.withSchema(schema).addValues(i, name + i).build());
    }
    return pipeline.apply(name, Create.of(rows).withRowSchema(schema));
  }

  private static void assertJoins(boolean specialized, Schema right) {
    Pipeline pipeline = pipeline(specialized);
    PCollection<Row> joined =
        rows(pipeline, "left", LEFT)
            .apply(
                Join.<Row, Row>innerJoin(rows(pipeline, "right", right))
                    .on(Join.FieldsEqual.left("id").right(right.getField(0).getName())));
    PAssert.thatSingleton(joined.apply(Count.globally())).isEqualTo((long) ROWS);
    pipeline.run();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rowsAreJoinedByFieldsOfDifferentNames(boolean specialized) {
    assertJoins(specialized, Schema.builder().addInt64Field("ref").addStringField("text").build());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rowsAreJoinedByAFieldThatMayBeNullOnOneSide(boolean specialized) {
    assertJoins(
        specialized, Schema.builder().addNullableInt64Field("id").addStringField("name").build());
  }

  /** Looks a row up in a side input whose rows have another schema. */
  private static final class LookUpFn extends DoFn<Long, Long> {
    private final Schema schema;
    private final PCollectionView<Map<Row, Long>> map;

    LookUpFn(Schema schema, PCollectionView<Map<Row, Long>> map) {
      this.schema = schema;
      this.map = map;
    }

    @ProcessElement
    public void process(ProcessContext c) {
      Row key = Row.withSchema(schema).addValue(c.element()).build();
      c.output(c.sideInput(map).getOrDefault(key, -1L));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aMapIsAskedForARowOfAnotherSchema(boolean specialized) {
    Schema ours = Schema.builder().addInt64Field("id").build();
    Schema theirs = Schema.builder().addNullableInt64Field("ref").build();
    Pipeline pipeline = pipeline(specialized);
    List<KV<Row, Long>> pairs = new ArrayList<>();
    for (long i = 0; i < 3; i++) {
      pairs.add(KV.of(Row.withSchema(theirs).addValue(i).build(), 10 + i));
    }
    PCollectionView<Map<Row, Long>> map =
        pipeline
            .apply(Create.of(pairs).withCoder(KvCoder.of(RowCoder.of(theirs), VarLongCoder.of())))
            .apply(View.asMap());
    PCollection<Long> found =
        pipeline
            .apply("Main", Create.of(0L, 1L, 2L, 3L))
            .apply(ParDo.of(new LookUpFn(ours, map)).withSideInputs(map));
    PAssert.that(found).containsInAnyOrder(10L, 11L, 12L, -1L);
    pipeline.run();
  }

  /** Cuts a text after its first char, which may be half of a character. */
  private static final class CutFn extends SimpleFunction<String, KV<String, Long>> {
    @Override
    public KV<String, Long> apply(String text) {
      return KV.of(text.substring(0, 1), 1L);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void stringsThatAreCutWithinACharacterAreWhatTheirBytesAre(boolean specialized) {
    Pipeline pipeline = pipeline(specialized);
    PCollection<KV<String, Long>> counted =
        pipeline
            .apply(Create.of("?", "\ud83d\ude00", "\ud83e\udd14", "a"))
            .apply(MapElements.via(new CutFn()))
            .apply(GroupByKey.create())
            .apply(ParDo.of(new SizeFn<>()))
            .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()))
            .apply(Sum.longsPerKey());
    PAssert.that(counted.apply(MapElements.via(new ValueFn()))).containsInAnyOrder(1L, 3L);
    pipeline.run();
  }

  /** Says how many values a key has. */
  private static final class SizeFn<K> extends DoFn<KV<K, Iterable<Long>>, KV<K, Long>> {
    @ProcessElement
    public void process(ProcessContext c) {
      long size = 0;
      for (Long each : c.element().getValue()) {
        size += each;
      }
      c.output(KV.of(c.element().getKey(), size));
    }
  }

  private static final class ValueFn extends SimpleFunction<KV<String, Long>, Long> {
    @Override
    public Long apply(KV<String, Long> pair) {
      return pair.getValue();
    }
  }

  /** A window that forgot to implement {@code equals}. */
  private static final class Decade extends BoundedWindow {
    private final long number;

    Decade(long number) {
      this.number = number;
    }

    @Override
    public Instant maxTimestamp() {
      return Instant.ofEpochMilli(number * 10 + 9);
    }
  }

  private static final class DecadeCoder extends AtomicCoder<Decade> {
    @Override
    public void encode(Decade value, OutputStream out) throws IOException {
      VarLongCoder.of().encode(value.number, out);
    }

    @Override
    public Decade decode(InputStream in) throws IOException {
      return new Decade(VarLongCoder.of().decode(in));
    }
  }

  private static final class Decades extends NonMergingWindowFn<Object, Decade> {
    @Override
    public List<Decade> assignWindows(AssignContext c) {
      return List.of(new Decade(c.timestamp().getMillis() / 10));
    }

    @Override
    @SuppressWarnings("deprecation") // it is abstract all the same
    public boolean isCompatible(WindowFn<?, ?> other) {
      return other instanceof Decades;
    }

    @Override
    public Coder<Decade> windowCoder() {
      return new DecadeCoder();
    }

    @Override
    public WindowMappingFn<Decade> getDefaultWindowMappingFn() {
      return new WindowMappingFn<>() {
        @Override
        public Decade getSideInputWindow(BoundedWindow main) {
          return new Decade(main.maxTimestamp().getMillis() / 10);
        }
      };
    }
  }

  /** Outputs the number of its time, and the sum of its window. */
  private static final class WithSumFn extends DoFn<Long, KV<Long, Long>> {
    private final PCollectionView<Long> sum;

    WithSumFn(PCollectionView<Long> sum) {
      this.sum = sum;
    }

    @ProcessElement
    public void process(ProcessContext c) {
      c.output(KV.of(c.element(), c.sideInput(sum)));
    }
  }

  private static final class AtTimeFn extends DoFn<Long, Long> {
    @ProcessElement
    public void process(ProcessContext c) {
      c.outputWithTimestamp(c.element(), Instant.ofEpochMilli(c.element()));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void windowsWithTheSameBytesAreOne(boolean specialized) {
    Pipeline pipeline = pipeline(specialized);
    PCollection<Long> numbers =
        pipeline
            .apply(Create.of(1L, 2L, 11L))
            .apply(ParDo.of(new AtTimeFn()))
            .apply(Window.into(new Decades()));
    PCollectionView<Long> sum =
        numbers.apply(Sum.longsGlobally().withoutDefaults()).apply(View.asSingleton());
    PAssert.that(numbers.apply(ParDo.of(new WithSumFn(sum)).withSideInputs(sum)))
        .containsInAnyOrder(List.of(KV.of(1L, 3L), KV.of(2L, 3L), KV.of(11L, 11L)));
    PAssert.that(
            numbers
                .apply(MapElements.via(new OneKeyFn()))
                .apply(GroupByKey.create())
                .apply(ParDo.of(new SizeFn<>()))
                .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of())))
        .containsInAnyOrder(List.of(KV.of("all", 3L), KV.of("all", 11L)));
    pipeline.run();
  }

  private static final class OneKeyFn extends SimpleFunction<Long, KV<String, Long>> {
    @Override
    public KV<String, Long> apply(Long number) {
      return KV.of("all", number);
    }
  }
}
