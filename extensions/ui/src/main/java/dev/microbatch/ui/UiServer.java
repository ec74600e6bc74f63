package dev.microbatch.ui;

import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.runner.UiSettings;
import dev.microbatch.runner.spi.RunningPipeline;
import dev.microbatch.runner.spi.ServerFile;
import dev.microbatch.runner.spi.ServerFiles;
import dev.microbatch.ui.api.Api;
import dev.microbatch.ui.api.Health;
import dev.microbatch.ui.api.Operations;
import dev.microbatch.ui.api.Stream;
import dev.microbatch.ui.http.Assets;
import dev.microbatch.ui.http.EventStreams;
import dev.microbatch.ui.http.Guard;
import dev.microbatch.ui.http.Response;
import dev.microbatch.ui.http.Router;
import dev.microbatch.ui.http.Sessions;
import dev.microbatch.ui.http.WebServer;
import dev.microbatch.ui.prometheus.Exposition;
import dev.microbatch.ui.watch.Jvm;
import dev.microbatch.ui.watch.PipelineRegistry;
import dev.microbatch.ui.watch.WatchedPipeline;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * The server of one process: its routes, its clock, and the file by which programs find it.
 *
 * <p>Thread-safe.
 */
public final class UiServer implements AutoCloseable {

  private static final Logger LOG = Warnings.logger(UiServer.class);

  private static final int USUAL_PORT = 8077;
  private static final int PORTS = 21;
  private static final int TOKEN_BYTES = 16;

  /** For how long those who listen are waited for at an end, in milliseconds. */
  private static final long FAREWELL_MILLIS = 500;

  private final UiSettings settings;
  private final String token;
  private final WebServer web;
  private final Router router;
  private final PipelineRegistry pipelines;
  private final Stream stream;
  private final ScheduledThreadPoolExecutor clock;
  private final ServerFiles files;
  private final @Nullable ServerFile file;

  private UiServer(UiSettings settings, WebServer web, ServerFiles files) throws IOException {
    this.settings = settings;
    this.web = web;
    this.files = files;
    this.token = settings.token() == null ? randomToken() : settings.token();
    Guard guard = new Guard(settings.host(), web.port(), token, settings.showData());
    Sessions sessions = new Sessions(guard, version());
    Assets assets = new Assets(UiServer.class, "web");
    this.router =
        new Router(
            request -> {
              Response link = request.path().equals("/") ? sessions.link(request) : null;
              return link == null ? assets.serve(request) : link;
            });
    this.pipelines = new PipelineRegistry(new Jvm(Clock.system()));
    this.stream = new Stream(pipelines, new EventStreams());
    sessions.addTo(router);
    new Api(pipelines).addTo(router);
    new Operations(pipelines).addTo(router);
    new Health(pipelines).addTo(router);
    new Exposition(pipelines).addTo(router);
    stream.addTo(router);
    web.start(new WebServer.Site(router, guard));
    this.file = announce();
    this.clock =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "microbatch-ui-clock");
              thread.setDaemon(true);
              return thread;
            });
    var unused = clock.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  /**
   * Starts one.
   *
   * @param settings how it is to be served
   * @param files where it is noted
   * @throws IOException if it cannot listen
   */
  public static UiServer start(UiSettings settings, ServerFiles files) throws IOException {
    Integer port = settings.port();
    WebServer web =
        WebServer.bind(
            settings.host(),
            port == null ? USUAL_PORT : port,
            port == null ? PORTS : 1,
            Clock.system());
    boolean started = false;
    try {
      UiServer server = new UiServer(settings, web, files);
      started = true;
      return server;
    } finally {
      if (!started) {
        web.close();
      }
    }
  }

  private static String randomToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static String version() {
    String version = UiServer.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  private @Nullable ServerFile announce() {
    ServerFile here = ServerFile.ofThisProcess(settings.host(), web.port(), token);
    try {
      files.write(here);
      return here;
    } catch (IOException | RuntimeException e) {
      LOG.info(
          "PipelineTool will not find this process: {} cannot be written ({})",
          files.directory(),
          e.toString());
      return null;
    }
  }

  private void tick() {
    try {
      pipelines.tick();
      stream.tick();
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("The web UI could not look at a pipeline", e); // the next tick comes all the same
    }
  }

  /** How it is served. */
  UiSettings settings() {
    return settings;
  }

  /** The port that it listens on. */
  public int port() {
    return web.port();
  }

  /** Where it is, without the token. */
  String url() {
    String host = settings.host();
    String shown =
        host.equals("127.0.0.1") || host.equals("0.0.0.0") || host.equals("::")
            ? "localhost"
            : host.contains(":") ? "[" + host + "]" : host;
    return "http://" + shown + ":" + port() + "/";
  }

  /** Where it is, with the token: for whoever may do everything. */
  String link() {
    return url() + "?token=" + token;
  }

  /** Whether this is its token. */
  boolean hasToken(String other) {
    return token.equals(other);
  }

  /** Its routes, to which others may add. */
  public Router router() {
    return router;
  }

  /** The pipelines that it shows. */
  public PipelineRegistry pipelines() {
    return pipelines;
  }

  /** Shows one more pipeline. */
  WatchedPipeline add(RunningPipeline pipeline) {
    return pipelines.add(pipeline);
  }

  /** Tells those who listen that a pipeline has ended. */
  void ended(WatchedPipeline watched) {
    try {
      pipelines.tick();
      stream.end(watched, FAREWELL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Forgets where it is. */
  void conceal() {
    try {
      if (file != null) {
        files.delete(file);
      }
    } catch (IOException e) {
      LOG.info("{} could not be deleted: {}", files.directory(), e.toString());
    }
  }

  /** Ends it: closes all connections, and ends all of its threads. */
  @Override
  public void close() {
    conceal();
    clock.shutdownNow();
    web.close();
    try {
      clock.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
