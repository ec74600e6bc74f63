package dev.microbatch.executor.engine;

import dev.microbatch.executor.checkpoint.CommitTarget;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.StageSettings;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Makes {@link EmbeddedEngine}s, which all run on the same threads. */
public final class EmbeddedEngineProvider implements EngineProvider {

  /** The name of the engine. */
  public static final String NAME = "embedded";

  private final WorkerThreads threads;

  /** Creates the provider; its threads are started when they are needed. */
  public EmbeddedEngineProvider() {
    this(Patience.DEFAULT);
  }

  /** Creates a provider whose engines wait as long as the patience says for user code. */
  EmbeddedEngineProvider(Patience patience) {
    this.threads = new WorkerThreads(patience);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Engine create(
      Plan plan, StageSettings settings, EngineServices services, @Nullable CommitTarget target) {
    return new EmbeddedEngine(plan, services.environment(settings), threads, services.store());
  }

  @Override
  public boolean mayStillRun() {
    return threads.anyLeftBehind();
  }

  @Override
  public boolean awaitsExit() {
    return threads.anyExits();
  }

  @Override
  public void close() {
    threads.close();
  }
}
