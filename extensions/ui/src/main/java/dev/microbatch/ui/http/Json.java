package dev.microbatch.ui.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes JSON as bytes. */
public final class Json {

  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /** What is written. */
  public interface Body {
    /** Writes one value. */
    void write(JsonGenerator json) throws IOException;
  }

  /** The same as UTF-8. */
  public static byte[] bytes(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      body.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // there is no file behind it
    }
    return bytes.toByteArray();
  }

  /** Reads JSON that somebody has sent. */
  static JsonFactory factory() {
    return FACTORY;
  }
}
