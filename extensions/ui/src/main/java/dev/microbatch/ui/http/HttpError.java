package dev.microbatch.ui.http;

import java.util.Map;

/** A request that is not answered as it was meant: becomes a problem document (RFC 9457). */
public final class HttpError extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int status;

  /** Never changed. */
  @SuppressWarnings("serial")
  private final Map<String, String> headers;

  /**
   * Creates it.
   *
   * @param status the HTTP status
   * @param detail what was wrong, and what to do
   */
  public HttpError(int status, String detail) {
    this(status, detail, Map.of());
  }

  /**
   * Creates it.
   *
   * @param status the HTTP status
   * @param detail what was wrong, and what to do
   * @param headers headers of the answer
   */
  public HttpError(int status, String detail, Map<String, String> headers) {
    super(detail, null, false, false);
    this.status = status;
    this.headers = Map.copyOf(headers);
  }

  /** A parameter that is not accepted. */
  static HttpError parameter(String name, String value, String accepted) {
    String shown = value.length() > 100 ? value.substring(0, 100) + "..." : value;
    return new HttpError(400, name + "=" + shown + " is not accepted: it must be " + accepted);
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** What was wrong, and what to do. */
  public String detail() {
    return String.valueOf(getMessage());
  }

  /** Headers of the answer. */
  Map<String, String> headers() {
    return headers;
  }

  /** The name of a status. */
  static String title(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 401 -> "Unauthorized";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 408 -> "Request Timeout";
      case 409 -> "Conflict";
      case 413 -> "Content Too Large";
      case 415 -> "Unsupported Media Type";
      case 421 -> "Misdirected Request";
      case 429 -> "Too Many Requests";
      case 500 -> "Internal Server Error";
      case 503 -> "Service Unavailable";
      default -> "Error";
    };
  }
}
