package dev.microbatch.runner.differential;

import java.nio.charset.StandardCharsets;
import org.apache.beam.runners.direct.DirectRunner;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.BigEndianIntegerCoder;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;

/** A type of key and its coder: a grouping by it must be the same as by the text it stands for. */
enum KeyForm {
  TEXT,
  BYTES,
  PAIR,
  BYTES_IN_PAIR,
  LIST,
  NULLABLE,
  VAR_INT,
  VAR_LONG,
  BIG_INT,
  BIG_LONG,
  ROW,
  RENAMED_ROW,
  POJO,
  DOUBLE,
  NEVER_EQUAL,
  ALWAYS_EQUAL;

  /** What is grouped by keys of some type. */
  @FunctionalInterface
  interface Grouping {
    <K> PCollection<KV<K, Long>> apply(PCollection<KV<K, Long>> input);
  }

  /**
   * The form that stands for this one in a pipeline. DirectRunner believes what a coder says of its
   * values, and compares the keys of map and set state as objects, so with these forms it does not
   * know what is equal: it is asked about the texts.
   */
  KeyForm in(Pipeline pipeline) {
    return switch (this) {
      case BYTES, RENAMED_ROW, POJO, DOUBLE, NEVER_EQUAL, ALWAYS_EQUAL ->
          pipeline.getOptions().getRunner() == DirectRunner.class ? TEXT : this;
      default -> this;
    };
  }

  /**
   * How texts become keys. Numbers stand for texts of the form {@code k<number>}; other texts
   * become such a text first.
   */
  KeyCoding<?> coding() {
    return switch (this) {
      case TEXT -> new KeyCoding<>(StringUtf8Coder.of(), text -> text, text -> text);
      case BYTES -> new KeyCoding<>(ByteArrayCoder.of(), KeyForm::bytes, KeyForm::text);
      case PAIR ->
          new KeyCoding<>(
              KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()),
              text -> KV.of(text, text.length()),
              KV::getKey);
      case BYTES_IN_PAIR ->
          new KeyCoding<>(
              KvCoder.of(ByteArrayCoder.of(), VarIntCoder.of()),
              text -> KV.of(bytes(text), 1),
              pair -> text(pair.getKey()));
      case LIST ->
          new KeyCoding<>(
              ListCoder.of(NullableCoder.of(StringUtf8Coder.of())),
              text -> java.util.Arrays.asList(null, text),
              list -> list.get(1));
      case NULLABLE ->
          new KeyCoding<>(
              NullableCoder.of(StringUtf8Coder.of()),
              text -> text.equals("a") ? null : text,
              text -> text == null ? "a" : text);
      case VAR_INT -> new KeyCoding<>(VarIntCoder.of(), KeyForm::number, n -> "k" + n);
      case BIG_INT -> new KeyCoding<>(BigEndianIntegerCoder.of(), KeyForm::number, n -> "k" + n);
      case VAR_LONG ->
          new KeyCoding<>(VarLongCoder.of(), text -> (long) number(text), n -> "k" + n);
      case BIG_LONG ->
          new KeyCoding<>(BigEndianLongCoder.of(), text -> (long) number(text), n -> "k" + n);
      case ROW -> OddKeys.rows();
      case RENAMED_ROW -> OddKeys.renamedRows();
      case POJO -> OddKeys.pojos();
      case DOUBLE -> OddKeys.doubles();
      case NEVER_EQUAL -> OddKeys.neverEqual();
      case ALWAYS_EQUAL -> OddKeys.alwaysEqual();
    };
  }

  /** Has records grouped by this form of their keys. */
  PCollection<KV<String, Long>> group(PCollection<KV<String, Long>> input, Grouping grouping) {
    KeyForm form = in(input.getPipeline());
    return form == TEXT ? grouping.apply(input) : group(input, grouping, form.coding());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int number(String text) {
    return text.matches("k\\d") ? text.charAt(1) - '0' : text.hashCode() % 5;
  }

  private static <K> PCollection<KV<String, Long>> group(
      PCollection<KV<String, Long>> input, Grouping grouping, KeyCoding<K> coding) {
    PCollection<KV<K, Long>> keyed =
        input
            .apply(MapElements.via(new OnKey<>(coding.to())))
            .setCoder(KvCoder.of(coding.coder(), VarLongCoder.of()));
    return grouping
        .apply(keyed)
        .apply(MapElements.via(new OnKey<>(coding.from())))
        .setCoder(KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of()));
  }

  private static final class OnKey<A, B> extends SimpleFunction<KV<A, Long>, KV<B, Long>> {
    private static final long serialVersionUID = 1L;
    private final SerializableFunction<A, B> fn;

    OnKey(SerializableFunction<A, B> fn) {
      this.fn = fn;
    }

    @Override
    public KV<B, Long> apply(KV<A, Long> in) {
      return KV.of(fn.apply(in.getKey()), in.getValue());
    }
  }
}
