package dev.microbatch.ui.http;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What is done with requests of a method to paths of a form.
 *
 * @param method GET or POST; GET serves HEAD too
 * @param template the form of the path, such as {@code /api/v1/pipelines/{p}}
 * @param access who may use it
 * @param handler what is done
 */
public record Route(String method, String template, Access access, Handler handler) {

  /** Answers requests. */
  public interface Handler {
    /**
     * Answers a request, within ten seconds: then its thread is interrupted.
     *
     * @throws HttpError if it cannot be answered as it was meant
     * @throws IOException if the client has gone
     */
    Response handle(Request request) throws IOException;
  }

  /** What {@link Handler#handle} returns when everything has been sent already. */
  public static final Response SENT = Response.empty(0);

  /**
   * The values of its parameters if a path has its form.
   *
   * @param segments the path, cut at slashes and decoded
   * @return null if it has not
   */
  @Nullable Map<String, String> match(List<String> segments) {
    List<String> form = Router.cut(template);
    if (form.size() != segments.size()) {
      return null;
    }
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < form.size(); i++) {
      String part = form.get(i);
      if (part.startsWith("{") && part.endsWith("}")) {
        values.put(part.substring(1, part.length() - 1), segments.get(i));
      } else if (!part.equals(segments.get(i))) {
        return null;
      }
    }
    return values;
  }
}
