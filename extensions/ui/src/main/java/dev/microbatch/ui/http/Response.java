package dev.microbatch.ui.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * An answer.
 *
 * @param status the HTTP status
 * @param headers headers, the type of its content among them
 * @param body the content; empty if there is none
 */
public record Response(int status, Map<String, String> headers, byte[] body) {

  /** The type of JSON. */
  public static final String JSON = "application/json";

  private static final byte[] EMPTY = {};

  /** Whether it has been sent already. */
  boolean isSent() {
    return status == 0;
  }

  /** JSON. */
  public static Response json(Json.Body body) {
    return json(200, body);
  }

  /** JSON with a status. */
  public static Response json(int status, Json.Body body) {
    return of(status, JSON, Json.bytes(body));
  }

  /** Plain text. */
  public static Response text(String text) {
    return of(200, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  /** Content of any type. */
  public static Response of(int status, String type, byte[] body) {
    return new Response(status, Map.of("Content-Type", type), body);
  }

  /** No content. */
  public static Response empty(int status) {
    return new Response(status, Map.of(), EMPTY);
  }

  /** A problem document. */
  static Response problem(HttpError error) {
    Response problem =
        of(
            error.status(),
            "application/problem+json",
            Json.bytes(
                json -> {
                  json.writeStartObject();
                  json.writeStringField("type", "about:blank");
                  json.writeStringField("title", HttpError.title(error.status()));
                  json.writeNumberField("status", error.status());
                  json.writeStringField("detail", error.detail());
                  json.writeEndObject();
                }));
    Response whole = problem;
    for (Map.Entry<String, String> header : error.headers().entrySet()) {
      whole = whole.with(header.getKey(), header.getValue());
    }
    return whole;
  }

  /** The same with one more header. */
  public Response with(String header, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(header, value);
    return new Response(status, more, body);
  }
}
