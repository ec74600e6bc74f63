package dev.microbatch.examples.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;

/** JSON of records, their components in order. Thread-safe. */
public final class Json {
  private static final ObjectWriter LINE = new ObjectMapper().writer();
  private static final ObjectWriter PRETTY = LINE.withDefaultPrettyPrinter();

  private Json() {}

  /** The record on one line. */
  public static String line(Record value) {
    return write(LINE, value);
  }

  /** The record over several lines, for people. */
  public static String pretty(Record value) {
    return write(PRETTY, value);
  }

  private static String write(ObjectWriter writer, Record value) {
    try {
      return writer.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("No JSON of " + value, e);
    }
  }
}
