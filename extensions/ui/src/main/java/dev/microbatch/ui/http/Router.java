package dev.microbatch.ui.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Finds the route of a request. Other modules may add routes at any time.
 *
 * <p>Thread-safe.
 */
public final class Router {

  private final List<Route> routes = new CopyOnWriteArrayList<>();
  private final Route otherwise;

  /**
   * Creates one without routes.
   *
   * @param otherwise what serves all other GET requests
   */
  public Router(Route.Handler otherwise) {
    this.otherwise = new Route("GET", "/", Access.PUBLIC, otherwise);
  }

  /**
   * Adds a route.
   *
   * @throws IllegalArgumentException if there is one of that method and form
   */
  public void add(Route route) {
    for (Route other : routes) {
      if (other.method().equals(route.method()) && other.template().equals(route.template())) {
        throw new IllegalArgumentException("There is a route " + route.template() + " already");
      }
    }
    routes.add(route);
  }

  /** All routes that were added. */
  public List<Route> routes() {
    return List.copyOf(routes);
  }

  /** A route that was found, with the values of its parameters. */
  record Found(Route route, Map<String, String> values) {}

  /**
   * Finds the route of a request.
   *
   * @param method its method
   * @param path its path, as it was sent
   * @throws HttpError if there is none
   */
  Found find(String method, String path) {
    String wanted = method.equals("HEAD") ? "GET" : method;
    List<String> segments = decode(path);
    TreeSet<String> allowed = new TreeSet<>();
    for (Route route : routes) {
      Map<String, String> values = route.match(segments);
      if (values != null) {
        if (route.method().equals(wanted)) {
          return new Found(route, values);
        }
        allowed.add(route.method());
      }
    }
    if (allowed.isEmpty() && wanted.equals("GET") && !path.startsWith("/api/")) {
      return new Found(otherwise, Map.of());
    }
    if (allowed.isEmpty() && path.startsWith("/api/")) {
      throw new HttpError(404, "There is nothing at this path; see /api/v1/openapi.json");
    }
    if (allowed.isEmpty()) {
      allowed.add("GET");
    }
    if (allowed.contains("GET")) {
      allowed.add("HEAD");
    }
    String methods = String.join(", ", allowed);
    throw new HttpError(405, "Only " + methods + " can be used here", Map.of("Allow", methods));
  }

  static List<String> cut(String path) {
    return List.of(path.substring(1).split("/", -1));
  }

  private static List<String> decode(String path) {
    if (!path.startsWith("/")) {
      throw new HttpError(400, "The path must begin with a slash");
    }
    List<String> segments = new ArrayList<>();
    for (String segment : cut(path)) {
      try {
        segments.add(URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8));
      } catch (IllegalArgumentException e) {
        throw new HttpError(400, "The path is not encoded as it should be");
      }
    }
    return segments;
  }
}
