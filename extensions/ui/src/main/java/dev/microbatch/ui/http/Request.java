package dev.microbatch.ui.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * A request that has come past the guard.
 *
 * <p>Used by the thread that handles it.
 */
public final class Request {

  private final HttpExchange exchange;
  private final Map<String, String> values;
  private final Map<String, String> query;
  private final byte[] body;
  private final Caller caller;
  private final RequestThreads.Active active;

  /**
   * Who has sent a request.
   *
   * @param authenticated whether the token came with it
   * @param seesData whether what may hold data of users is to be shown
   */
  public record Caller(boolean authenticated, boolean seesData) {}

  Request(
      HttpExchange exchange,
      Map<String, String> values,
      byte[] body,
      Caller caller,
      RequestThreads.Active active) {
    this.exchange = exchange;
    this.values = values;
    this.query = parse(exchange.getRequestURI().getRawQuery());
    this.body = body;
    this.caller = caller;
    this.active = active;
  }

  private static Map<String, String> parse(@Nullable String raw) {
    Map<String, String> query = new HashMap<>();
    if (raw == null || raw.isEmpty()) {
      return query;
    }
    for (String pair : raw.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      try {
        query.put(
            URLDecoder.decode(name, StandardCharsets.UTF_8),
            URLDecoder.decode(value, StandardCharsets.UTF_8));
      } catch (IllegalArgumentException e) {
        throw new HttpError(400, "The query is not encoded as it should be");
      }
    }
    return query;
  }

  /** Who has sent it. */
  public Caller caller() {
    return caller;
  }

  /** The path, as it was sent. */
  public String path() {
    return exchange.getRequestURI().getRawPath();
  }

  /** The value of a parameter of the path. */
  public String value(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("The path has no parameter " + name);
    }
    return value;
  }

  /** A parameter of the query; null if it was not given. */
  public @Nullable String query(String name) {
    return query.get(name);
  }

  /**
   * A whole number in the query.
   *
   * @param name its name
   * @param otherwise what it is if it was not given
   * @param least the least that is accepted
   * @param most the most that is accepted
   * @throws HttpError if it is something else
   */
  public long number(String name, long otherwise, long least, long most) {
    String text = query.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // is refused as one that is too large
    }
    throw HttpError.parameter(
        name,
        text,
        "a whole number "
            + (most == Long.MAX_VALUE ? "of at least " + least : "from " + least + " to " + most));
  }

  /** A header; null if it was not sent. */
  public @Nullable String header(String name) {
    return exchange.getRequestHeaders().getFirst(name);
  }

  /** The content. */
  byte[] body() {
    return body;
  }

  /**
   * Begins an answer without an end: its headers are sent, and what is written goes out when it is
   * flushed. From now on the request may take any time, but no write for long.
   *
   * @param type the type of its content
   */
  OutputStream stream(String type) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(200, 0);
    active.streams();
    return exchange.getResponseBody();
  }

  /** What limits its time. */
  RequestThreads.Active active() {
    return active;
  }
}
