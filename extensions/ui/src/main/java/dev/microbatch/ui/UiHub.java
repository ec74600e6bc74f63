package dev.microbatch.ui;

import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.runner.UiSettings;
import dev.microbatch.runner.spi.RunningPipeline;
import dev.microbatch.runner.spi.ServerFiles;
import dev.microbatch.ui.watch.WatchedPipeline;
import java.io.IOException;
import java.util.Objects;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * Has one server for all pipelines of a process: the first one starts it, and it ends when the last
 * one has, and the time is over for which it is to stay.
 *
 * <p>Thread-safe.
 */
final class UiHub {

  private static final Logger LOG = Warnings.logger(UiHub.class);

  private static final Clock CLOCK = Clock.system();

  private final ServerFiles files;
  private @Nullable UiServer server;
  private @Nullable Thread atExit;
  private int running;
  private long lingerMillis;

  /** Counts joins, so that somebody who waits for the end of the linger sees that one has come. */
  private long joined;

  /**
   * Creates one without a server.
   *
   * @param files where a server is noted
   */
  UiHub(ServerFiles files) {
    this.files = files;
  }

  /** The server; null if there is none. */
  synchronized @Nullable UiServer server() {
    return server;
  }

  /**
   * Shows a pipeline.
   *
   * @return null if there can be no server
   */
  synchronized @Nullable WatchedPipeline join(RunningPipeline pipeline, UiSettings settings) {
    UiServer here = server;
    if (here == null) {
      here = start(settings);
      if (here == null) {
        return null;
      }
      Terminal.show(here.link());
    } else {
      warnOfOther(here, settings);
    }
    running++;
    joined++;
    notifyAll(); // whoever waits for the end of the linger need not any more
    lingerMillis = Math.max(lingerMillis, settings.lingerMillis());
    WatchedPipeline watched = here.add(pipeline);
    LOG.info("Web UI of {}: {}", pipeline.name(), here.url());
    return watched;
  }

  private @Nullable UiServer start(UiSettings settings) {
    try {
      UiServer started = UiServer.start(settings, files);
      Thread hook = new Thread(started::conceal, "microbatch-ui-exit");
      Runtime.getRuntime().addShutdownHook(hook);
      atExit = hook;
      server = started;
      lingerMillis = 0;
      return started;
    } catch (IOException e) {
      LOG.warn(
          "There is no web UI: it cannot listen on {}, port {} ({}). The pipeline runs without;"
              + " choose another --uiPort or --uiHost, or --uiPort=-1",
          settings.host(),
          settings.port() == null ? "8077 to 8097" : settings.port(),
          e.toString());
    } catch (IllegalStateException e) {
      LOG.debug("The process is ending", e);
    }
    return null;
  }

  private static void warnOfOther(UiServer here, UiSettings settings) {
    Integer port = settings.port();
    boolean otherPort = port != null && port != UiSettings.ANY && port != here.port();
    boolean otherToken = settings.token() != null && !here.hasToken(settings.token());
    boolean otherSettings =
        !Objects.equals(settings.host(), here.settings().host())
            || settings.showData() != here.settings().showData();
    if (otherPort || otherToken || otherSettings) {
      LOG.warn(
          "All pipelines of a process have one web UI, which is at {} already: --uiPort, --uiHost,"
              + " --uiToken and --uiShowData are those of the pipeline that was started first",
          here.url());
    }
  }

  /** A pipeline has ended. */
  void leave(WatchedPipeline watched) {
    UiServer here = server();
    if (here == null) {
      return;
    }
    try {
      here.ended(watched);
    } finally {
      left();
    }
  }

  private void left() {
    synchronized (this) {
      running--;
      if (running > 0) {
        return;
      }
      if (lingerMillis > 0) {
        // It keeps the process alive, which is what is asked for.
        long since = joined;
        new Thread(() -> linger(since), "microbatch-ui-linger").start();
        return;
      }
    }
    end(null);
  }

  private void linger(long since) {
    try {
      synchronized (this) {
        long start = CLOCK.nanos();
        long left = lingerMillis;
        while (left > 0 && joined == since) {
          wait(left);
          left =
              lingerMillis == Long.MAX_VALUE
                  ? lingerMillis
                  : lingerMillis - (CLOCK.nanos() - start) / 1_000_000;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    end(since);
  }

  /** Ends the server, unless another pipeline has come. */
  private void end(@Nullable Long since) {
    UiServer here;
    synchronized (this) {
      if (running > 0 || server == null || (since != null && joined != since)) {
        return;
      }
      here = server;
      server = null;
      if (atExit != null) {
        forget(atExit);
      }
    }
    here.close();
  }

  /** Does not wait any longer, unless a pipeline runs. */
  synchronized void endLinger() {
    lingerMillis = 0;
    notifyAll();
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.debug("The process is ending", e);
    }
  }
}
