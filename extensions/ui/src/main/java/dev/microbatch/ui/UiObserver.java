package dev.microbatch.ui;

import com.google.auto.service.AutoService;
import dev.microbatch.executor.log.Warnings;
import dev.microbatch.runner.UiSettings;
import dev.microbatch.runner.spi.PipelineObserver;
import dev.microbatch.runner.spi.RunningPipeline;
import dev.microbatch.runner.spi.ServerFiles;
import dev.microbatch.ui.watch.WatchedPipeline;
import java.util.Set;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/** Shows one pipeline in the web UI of this process. */
public final class UiObserver implements PipelineObserver {

  private static final Logger LOG = Warnings.logger(UiObserver.class);

  private final UiHub hub;
  private final WatchedPipeline watched;

  private UiObserver(UiHub hub, WatchedPipeline watched) {
    this.hub = hub;
    this.watched = watched;
  }

  /** The hub of this process. */
  static UiHub ofProcess() {
    return Factory.OfProcess.HUB;
  }

  @Override
  public void ended() {
    hub.leave(watched);
  }

  /** Is found by the runner. */
  @AutoService(PipelineObserver.Factory.class)
  public static final class Factory implements PipelineObserver.Factory {

    /** The hub of this process, made when it is needed first. */
    private static final class OfProcess {
      private static final UiHub HUB = new UiHub(ServerFiles.ofUser());
    }

    @Override
    public @Nullable PipelineObserver observe(RunningPipeline pipeline) {
      UiSettings settings = UiSettings.of(pipeline.options());
      if (settings.port() != null && settings.port() == UiSettings.OFF) {
        return null;
      }
      if (ModuleLayer.boot().findModule("jdk.httpserver").isEmpty()) {
        LOG.warn("There is no web UI: this Java lacks the module jdk.httpserver");
        return null;
      }
      UiHub hub = OfProcess.HUB;
      WatchedPipeline watched = hub.join(pipeline, settings);
      return watched == null ? null : new UiObserver(hub, watched);
    }

    @Override
    public Set<String> options() {
      return Set.of("uiPort", "uiHost", "uiLinger", "uiToken", "uiShowData");
    }
  }
}
