package dev.microbatch.ui.http;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Decides who may ask what.
 *
 * <p>A browser sends requests for whatever page it shows, and a name may lead to this machine that
 * belongs to somebody else. So the host has to be this server, and the origin too if one is named;
 * nothing that changes something can be sent by a form; and it takes a token, which no other page
 * can read or send. There are no CORS headers, on purpose.
 *
 * <p>Immutable.
 */
public final class Guard {

  /** An address in a Host header, which no name can lead to. */
  private static final Pattern ADDRESS =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+\\]");

  private static final String BEARER = "bearer ";

  private final byte[] token;
  private final int port;
  private final boolean loopback;
  private final boolean anyAddress;
  private final boolean showData;
  private final Set<String> hosts = new TreeSet<>();

  /**
   * Creates it.
   *
   * @param host the address that the server listens on
   * @param port its port
   * @param token the token
   * @param showData whether what may hold data is shown without the token, on loopback
   * @throws UnknownHostException if there is no such address
   */
  public Guard(String host, int port, String token, boolean showData) throws UnknownHostException {
    InetAddress address = InetAddress.getByName(host);
    this.token = token.getBytes(StandardCharsets.US_ASCII);
    this.port = port;
    this.loopback = address.isLoopbackAddress();
    this.anyAddress = address.isAnyLocalAddress();
    this.showData = showData && loopback;
    for (String name : List.of("localhost", "127.0.0.1", "[::1]", bracketed(host))) {
      hosts.add(name.toLowerCase(Locale.ROOT));
    }
  }

  private static String bracketed(String host) {
    return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
  }

  /** Whether everything needs the token, because others than this machine may ask. */
  public boolean needsTokenForAll() {
    return !loopback;
  }

  /**
   * Looks at where a request comes from.
   *
   * @throws HttpError if it is refused whatever it asks
   */
  Request.Caller check(Headers headers) {
    checkHost(one(headers, "Host"));
    checkOrigin(one(headers, "Origin"), one(headers, "Sec-Fetch-Site"));
    boolean authenticated = isAuthenticated(headers);
    return new Request.Caller(authenticated, authenticated || showData);
  }

  private static @Nullable String one(Headers headers, String name) {
    List<String> values = headers.get(name);
    if (values == null || values.isEmpty()) {
      return null;
    }
    if (values.size() > 1) {
      throw new HttpError(400, "There must be one header " + name);
    }
    return values.get(0);
  }

  private void checkHost(@Nullable String host) {
    if (host == null || !isOurs(host)) {
      throw new HttpError(
          421,
          "This server does not go by the name in the header Host: ask for localhost, an address of"
              + " this machine, or what --uiHost says");
    }
  }

  /** Whether a name and port lead here. */
  private boolean isOurs(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    String suffix = ":" + port;
    String name;
    if (lower.endsWith(suffix)) {
      name = lower.substring(0, lower.length() - suffix.length());
    } else if (port == 80) {
      name = lower;
    } else {
      return false;
    }
    return hosts.contains(name) || (anyAddress && ADDRESS.matcher(name).matches());
  }

  private void checkOrigin(@Nullable String origin, @Nullable String site) {
    boolean other =
        origin != null && !(origin.startsWith("http://") && isOurs(origin.substring(7)));
    boolean crossed = site != null && !site.equals("same-origin") && !site.equals("none");
    if (other || crossed) {
      throw new HttpError(403, "Requests of pages of other origins are refused");
    }
  }

  private boolean isAuthenticated(Headers headers) {
    String authorization = one(headers, "Authorization");
    if (authorization != null) {
      if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
          && isToken(authorization.substring(BEARER.length()).strip())) {
        return true;
      }
      throw needsToken("The token is not that of this server. ");
    }
    for (String cookies : headers.getOrDefault("Cookie", List.of())) {
      for (String cookie : cookies.split(";", -1)) {
        String stripped = cookie.strip();
        String name = cookieName() + "=";
        if (stripped.startsWith(name) && isToken(stripped.substring(name.length()))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Takes the same time whatever is given. */
  boolean isToken(String given) {
    return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), token);
  }

  /**
   * Refuses whoever may not use a route.
   *
   * @param access who may
   * @param caller who has sent the request
   * @throws HttpError if it is refused
   */
  void check(Access access, Request.Caller caller) {
    boolean needed =
        switch (access) {
          case PUBLIC -> false;
          case READ -> !loopback;
          case DATA -> !showData;
          case CHANGE -> true;
        };
    if (needed && !caller.authenticated()) {
      throw needsToken("");
    }
  }

  private static HttpError needsToken(String before) {
    return new HttpError(
        401,
        before
            + "This needs the token of the server: open the link that it printed, or send the token"
            + " as 'Authorization: Bearer ...'. 'PipelineTool link' prints the link",
        Map.of("WWW-Authenticate", "Bearer"));
  }

  /** Cookies know no ports: the name does. */
  private String cookieName() {
    return "microbatch-" + port;
  }

  /** What sets the cookie. */
  String cookie() {
    return cookieName()
        + "="
        + new String(token, StandardCharsets.US_ASCII)
        + "; Path=/; HttpOnly; SameSite=Strict";
  }
}
