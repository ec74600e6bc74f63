package dev.microbatch.ui.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.microbatch.ui.watch.Watermarks;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;

/** How times, watermarks and numbers are written everywhere. */
final class Out {

  private static final DateTimeFormatter ISO =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private static final double NANOS_PER_MILLI = 1e6;
  private static final double THOUSANDTHS = 1_000;

  private Out() {}

  /** A moment, in milliseconds since the epoch, as ISO-8601. */
  static String iso(long millis) {
    return ISO.format(Instant.ofEpochMilli(millis));
  }

  static void time(JsonGenerator json, String name, @Nullable Long millis) throws IOException {
    if (millis == null) {
      json.writeNullField(name);
    } else {
      json.writeStringField(name, iso(millis));
    }
  }

  /** A point of event time, in milliseconds. */
  static void watermark(JsonGenerator json, String name, long watermark) throws IOException {
    json.writeObjectFieldStart(name);
    time(json, "at", Watermarks.isKnown(watermark) ? watermark : null);
    json.writeBooleanField("end", Watermarks.isEnd(watermark));
    json.writeEndObject();
  }

  static void number(JsonGenerator json, String name, @Nullable Long value) throws IOException {
    if (value == null) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, value);
    }
  }

  /** A number with three places, or null if it is none. */
  static void decimal(JsonGenerator json, String name, @Nullable Double value) throws IOException {
    if (value == null || value.isNaN() || value.isInfinite()) {
      json.writeNullField(name);
    } else {
      json.writeNumberField(name, Math.round(value * THOUSANDTHS) / THOUSANDTHS);
    }
  }

  /** Nanoseconds, as milliseconds with three places. */
  static void millis(JsonGenerator json, String name, long nanos) throws IOException {
    decimal(json, name, nanos / NANOS_PER_MILLI);
  }

  static void text(JsonGenerator json, String name, @Nullable String value) throws IOException {
    if (value == null) {
      json.writeNullField(name);
    } else {
      json.writeStringField(name, value);
    }
  }
}
