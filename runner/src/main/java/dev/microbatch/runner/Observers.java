package dev.microbatch.runner;

import dev.microbatch.executor.log.Warnings;
import dev.microbatch.runner.spi.PipelineObserver;
import dev.microbatch.runner.spi.RunningPipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.slf4j.Logger;

/**
 * Those who watch one pipeline. Whatever they throw is logged, and does nothing to the pipeline.
 *
 * <p>Thread-safe: the end may come while they are still beginning.
 */
final class Observers {

  private static final Logger LOG = Warnings.logger(Observers.class);

  /** The module that serves the web UI, for whoever asks for one that is not there. */
  private static final String UI_MODULE = "dev.microbatch:microbatch-ui";

  private final List<PipelineObserver.Factory> factories;
  private final List<PipelineObserver> observers = new ArrayList<>();
  private boolean ended;

  /** Those that these factories make. */
  Observers(List<PipelineObserver.Factory> factories) {
    this.factories = List.copyOf(factories);
  }

  /** Those whose factories are on the class path. */
  static Observers found() {
    List<PipelineObserver.Factory> factories = new ArrayList<>();
    try {
      ServiceLoader.load(PipelineObserver.Factory.class, Observers.class.getClassLoader())
          .forEach(factories::add);
    } catch (ServiceConfigurationError | LinkageError e) {
      LOG.warn("What watches pipelines cannot be loaded: {}", e.toString(), e);
    }
    return new Observers(factories);
  }

  /** Says so if the user has asked for a web UI that is not on the class path. */
  void miss(UiSettings ui) {
    if (ui.port() != null
        && ui.port() != UiSettings.OFF
        && factories.stream().noneMatch(factory -> factory.options().contains("uiPort"))) {
      LOG.warn(
          "--uiPort={} does nothing: there is no web UI on the class path. Add the dependency {}",
          ui.port(),
          UI_MODULE);
    }
  }

  /** The pipeline has been started. */
  void begin(RunningPipeline pipeline) {
    for (PipelineObserver.Factory factory : factories) {
      try {
        PipelineObserver observer = factory.observe(pipeline);
        if (observer != null && !add(observer)) {
          end(observer);
        }
      } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
        LOG.warn("{} cannot watch {}: {}", factory.getClass().getName(), pipeline.name(), e, e);
      }
    }
  }

  /** False if the pipeline has ended meanwhile. */
  private synchronized boolean add(PipelineObserver observer) {
    if (!ended) {
      observers.add(observer);
    }
    return !ended;
  }

  /** The pipeline has ended. */
  void end() {
    List<PipelineObserver> all;
    synchronized (this) {
      ended = true;
      all = List.copyOf(observers);
    }
    all.forEach(Observers::end);
  }

  private static void end(PipelineObserver observer) {
    try {
      observer.ended();
    } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
      LOG.warn("{} has failed at the end of a pipeline: {}", observer.getClass().getName(), e, e);
    }
  }
}
