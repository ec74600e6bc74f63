package dev.microbatch.runner.differential;

import java.nio.charset.StandardCharsets;
import org.apache.beam.sdk.coders.BigEndianIntegerCoder;
import org.apache.beam.sdk.coders.BigEndianLongCoder;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
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
  NULLABLE,
  VAR_INT,
  VAR_LONG,
  BIG_INT,
  BIG_LONG;

  /** What is grouped by keys of some type. */
  @FunctionalInterface
  interface Grouping {
    <K> PCollection<KV<K, Long>> apply(PCollection<KV<K, Long>> input);
  }

  /**
   * Has records grouped by this form of their keys. Numbers stand for texts of the form {@code
   * k<number>}; other texts become such a text first.
   */
  PCollection<KV<String, Long>> group(PCollection<KV<String, Long>> input, Grouping grouping) {
    return switch (this) {
      case TEXT -> grouping.apply(input);
      case BYTES ->
          group(
              input,
              grouping,
              ByteArrayCoder.of(),
              text -> text.getBytes(StandardCharsets.UTF_8),
              bytes -> new String(bytes, StandardCharsets.UTF_8));
      case PAIR ->
          group(
              input,
              grouping,
              KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of()),
              text -> KV.of(text, text.length()),
              KV::getKey);
      case NULLABLE ->
          group(
              input,
              grouping,
              NullableCoder.of(StringUtf8Coder.of()),
              text -> text.equals("a") ? null : text,
              text -> text == null ? "a" : text);
      case VAR_INT -> group(input, grouping, VarIntCoder.of(), KeyForm::number, n -> "k" + n);
      case BIG_INT ->
          group(input, grouping, BigEndianIntegerCoder.of(), KeyForm::number, n -> "k" + n);
      case VAR_LONG ->
          group(input, grouping, VarLongCoder.of(), text -> (long) number(text), n -> "k" + n);
      case BIG_LONG ->
          group(
              input, grouping, BigEndianLongCoder.of(), text -> (long) number(text), n -> "k" + n);
    };
  }

  private static int number(String text) {
    return text.matches("k\\d") ? text.charAt(1) - '0' : text.hashCode() % 5;
  }

  private static <K> PCollection<KV<String, Long>> group(
      PCollection<KV<String, Long>> input,
      Grouping grouping,
      Coder<K> coder,
      SerializableFunction<String, K> to,
      SerializableFunction<K, String> from) {
    PCollection<KV<K, Long>> keyed =
        input
            .apply(MapElements.via(new OnKey<>(to)))
            .setCoder(KvCoder.of(coder, VarLongCoder.of()));
    return grouping
        .apply(keyed)
        .apply(MapElements.via(new OnKey<>(from)))
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
