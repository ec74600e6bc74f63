package dev.microbatch.ui.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.microbatch.executor.time.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server itself: takes requests past the guard to their routes.
 *
 * <p>Thread-safe.
 */
public final class WebServer implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);

  /** How long the content of a request may be, in bytes. */
  static final int MOST_BYTES = 65_536;

  private static final int BACKLOG = 128;

  static {
    // Without it each answer on a kept connection waits 40 ms for an acknowledgement. The server of
    // the JDK reads it when its classes are loaded, so it is for the whole process.
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  private final HttpServer server;
  private final RequestThreads threads;
  private volatile @Nullable Site site;

  /**
   * What is served.
   *
   * @param router finds routes
   * @param guard says who may use them
   */
  public record Site(Router router, Guard guard) {}

  private WebServer(HttpServer server, Clock clock) {
    this.server = server;
    this.threads = new RequestThreads(clock);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
  }

  /**
   * Takes a port; nothing is answered yet.
   *
   * @param host the address to listen on
   * @param first the first port that is tried; 0 for any
   * @param count how many are tried
   * @param clock measures how long requests take
   * @throws IOException if there is no such address, or none of the ports is free
   */
  public static WebServer bind(String host, int first, int count, Clock clock) throws IOException {
    InetAddress address = InetAddress.getByName(host);
    for (int port = first; ; port++) {
      try {
        return new WebServer(
            HttpServer.create(new InetSocketAddress(address, port), BACKLOG), clock);
      } catch (BindException e) {
        if (port >= first + count - 1) {
          throw e;
        }
      }
    }
  }

  /** The port that it has taken. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Begins to answer. */
  public void start(Site served) {
    site = served;
    // The dispatcher of the JDK's server is a daemon only if the thread is that starts it.
    Thread starter = new Thread(server::start, "microbatch-ui-start");
    starter.setDaemon(true);
    starter.start();
    boolean interrupted = false;
    for (; ; ) {
      try {
        starter.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void handle(HttpExchange exchange) {
    RequestThreads.Active active = threads.current();
    boolean complete = false;
    try {
      Response response = answerOrProblem(exchange, active);
      if (!response.isSent()) {
        active.sends();
        send(exchange, response);
      }
      complete = true;
    } catch (IOException e) {
      LOG.debug("A client has gone, or has taken too long", e);
    } finally {
      if (!complete) {
        exchange.close(); // and the connection; otherwise that is kept for the next request
      }
    }
  }

  private Response answerOrProblem(HttpExchange exchange, RequestThreads.Active active)
      throws IOException {
    try {
      return answer(exchange, active);
    } catch (HttpError e) {
      return Response.problem(e);
    } catch (RuntimeException | StackOverflowError | LinkageError e) {
      LOG.warn("{} has failed", exchange.getRequestURI().getPath(), e);
      return Response.problem(
          new HttpError(500, "This has failed: the log of the pipeline says why"));
    }
  }

  private Response answer(HttpExchange exchange, RequestThreads.Active active) throws IOException {
    Headers headers = exchange.getRequestHeaders();
    secure(exchange.getResponseHeaders());
    Site served = site;
    if (served == null) {
      throw new HttpError(503, "The server is about to start");
    }
    Request.Caller caller = served.guard().check(headers);
    Router.Found found =
        served.router().find(exchange.getRequestMethod(), exchange.getRequestURI().getRawPath());
    served.guard().check(found.route().access(), caller);
    if (found.route().access() == Access.CHANGE) {
      checkJson(headers.getFirst("Content-Type"));
    }
    byte[] body = exchange.getRequestMethod().equals("POST") ? body(exchange) : new byte[0];
    active.works();
    return found
        .route()
        .handler()
        .handle(new Request(exchange, found.values(), body, caller, active));
  }

  /** A page cannot send JSON elsewhere unless it is asked first, and nobody says yes. */
  static void checkJson(Request request) {
    checkJson(request.header("Content-Type"));
  }

  private static void checkJson(@Nullable String type) {
    String first = type == null ? "" : type.split(";", -1)[0].strip();
    if (!first.toLowerCase(Locale.ROOT).equals(Response.JSON)) {
      throw new HttpError(415, "Content-Type must be application/json");
    }
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    String length = exchange.getRequestHeaders().getFirst("Content-Length");
    if (length != null && length.strip().length() > 9) {
      throw tooLong(exchange);
    }
    InputStream in = exchange.getRequestBody();
    byte[] body = in.readNBytes(MOST_BYTES + 1);
    if (body.length > MOST_BYTES) {
      throw tooLong(exchange);
    }
    return body;
  }

  private static HttpError tooLong(HttpExchange exchange) {
    exchange.getResponseHeaders().set("Connection", "close");
    return new HttpError(413, "A body may have " + MOST_BYTES + " bytes at most");
  }

  private static void secure(Headers headers) {
    headers.set(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'"
            + " data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors"
            + " 'none'");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
  }

  private static void send(HttpExchange exchange, Response response) throws IOException {
    response.headers().forEach(exchange.getResponseHeaders()::set);
    byte[] body = response.body();
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head && body.length > 0) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
    }
    exchange.sendResponseHeaders(response.status(), head || body.length == 0 ? -1 : body.length);
    if (!head && body.length > 0) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  /** Closes all connections and ends all threads. */
  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
