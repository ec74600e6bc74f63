package dev.microbatch.runner.differential;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.coders.AtomicCoder;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.schemas.JavaFieldSchema;
import org.apache.beam.sdk.schemas.NoSuchSchemaException;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.SchemaCoder;
import org.apache.beam.sdk.schemas.SchemaRegistry;
import org.apache.beam.sdk.schemas.annotations.DefaultSchema;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.sdk.values.TypeDescriptor;

/** Keys of which the objects are equal where the bytes are not, or the other way round. */
final class OddKeys {

  private static final AtomicInteger TURN = new AtomicInteger();

  private OddKeys() {}

  private static Schema schema(String name) {
    return Schema.builder()
        .addStringField(name)
        .addNullableStringField(name + "IfAny")
        .addByteArrayField(name + "Bytes")
        .addArrayField(name + "List", Schema.FieldType.STRING)
        .build();
  }

  private static Row row(Schema schema, String text) {
    return Row.withSchema(schema)
        .addValue(text)
        .addValue(text.equals("a") ? null : text)
        .addValue(text.getBytes(StandardCharsets.UTF_8))
        .addArray(text, text)
        .build();
  }

  /** Rows with strings, nulls, bytes and arrays. */
  static KeyCoding<Row> rows() {
    Schema schema = schema("field");
    return new KeyCoding<>(RowCoder.of(schema), text -> row(schema, text), row -> row.getString(0));
  }

  /** Rows of two schemas in turn, encoded by the coder of the first. */
  static KeyCoding<Row> renamedRows() {
    List<Schema> schemas = List.of(schema("field"), schema("renamed"));
    return new KeyCoding<>(
        RowCoder.of(schemas.get(0)),
        text -> row(schemas.get(TURN.incrementAndGet() & 1), text),
        row -> row.getString(0));
  }

  /** A class without {@code equals}, which a schema encodes. */
  @DefaultSchema(JavaFieldSchema.class)
  public static final class Pojo {
    /** A text. */
    @SuppressWarnings("checkstyle:VisibilityModifier") // the schema is made of public fields
    public String text = "";

    /** The text once more. */
    public byte[] bytes = {};
  }

  static KeyCoding<Pojo> pojos() {
    return new KeyCoding<>(
        pojoCoder(),
        text -> {
          Pojo pojo = new Pojo();
          pojo.text = text;
          pojo.bytes = text.getBytes(StandardCharsets.UTF_8);
          return pojo;
        },
        pojo -> pojo.text);
  }

  private static Coder<Pojo> pojoCoder() {
    try {
      SchemaRegistry registry = SchemaRegistry.createDefault();
      return SchemaCoder.of(
          registry.getSchema(Pojo.class),
          TypeDescriptor.of(Pojo.class),
          registry.getToRowFunction(Pojo.class),
          registry.getFromRowFunction(Pojo.class));
    } catch (NoSuchSchemaException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Numbers with all their bits, of which many are not a number, and two are zero. */
  static KeyCoding<Double> doubles() {
    List<String> texts = List.of("a", "b", "", "k0", "k1", "k2", "k3", "\u00e9\ud83d\ude00", "all");
    return new KeyCoding<>(
        new BitsCoder(),
        text -> {
          int index = texts.indexOf(text);
          return index < 0
              ? text.hashCode() * 1.5 + 100_000
              : Double.longBitsToDouble(
                  index < 2 ? (long) index << 63 : 0x7ff8000000000000L + index);
        },
        number -> {
          long bits = Double.doubleToRawLongBits(number);
          return bits == 0 || bits == Long.MIN_VALUE
              ? texts.get(bits == 0 ? 0 : 1)
              : number.isNaN() ? texts.get((int) (bits & 0xf)) : "number " + number;
        });
  }

  /** A coder that claims to be consistent with equals. */
  private abstract static class Claiming<K> extends AtomicCoder<K> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean consistentWithEquals() {
      return true;
    }
  }

  private static final class BitsCoder extends Claiming<Double> {
    private static final long serialVersionUID = 1L;

    @Override
    public void encode(Double value, OutputStream out) throws IOException {
      BigEndianLongCoder.of().encode(Double.doubleToRawLongBits(value), out);
    }

    @Override
    public Double decode(InputStream in) throws IOException {
      return Double.longBitsToDouble(BigEndianLongCoder.of().decode(in));
    }
  }

  /** A text in an object that is equal to itself only. */
  static final class Lonely {
    private final String text;

    Lonely(String text) {
      this.text = text;
    }
  }

  static KeyCoding<Lonely> neverEqual() {
    return new KeyCoding<>(new LonelyCoder(), Lonely::new, l -> l.text);
  }

  /**
   * A text in an object that is equal to all others.
   *
   * @param text the text
   */
  record Sociable(String text) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Sociable;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  static KeyCoding<Sociable> alwaysEqual() {
    return new KeyCoding<>(new SociableCoder(), Sociable::new, Sociable::text);
  }

  private abstract static class WrappedCoder<K> extends Claiming<K> {
    private static final long serialVersionUID = 1L;
    private final SerializableFunction<String, K> wrap;
    private final SerializableFunction<K, String> unwrap;

    WrappedCoder(SerializableFunction<String, K> wrap, SerializableFunction<K, String> unwrap) {
      this.wrap = wrap;
      this.unwrap = unwrap;
    }

    @Override
    public void encode(K value, OutputStream out) throws IOException {
      StringUtf8Coder.of().encode(unwrap.apply(value), out);
    }

    @Override
    public K decode(InputStream in) throws IOException {
      return wrap.apply(StringUtf8Coder.of().decode(in));
    }
  }

  private static final class LonelyCoder extends WrappedCoder<Lonely> {
    private static final long serialVersionUID = 1L;

    LonelyCoder() {
      super(Lonely::new, lonely -> lonely.text);
    }
  }

  private static final class SociableCoder extends WrappedCoder<Sociable> {
    private static final long serialVersionUID = 1L;

    SociableCoder() {
      super(Sociable::new, Sociable::text);
    }
  }
}
