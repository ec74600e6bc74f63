package dev.microbatch.encoded;

import dev.microbatch.executor.checkpoint.CommitTarget;
import dev.microbatch.executor.engine.Engine;
import dev.microbatch.executor.engine.EngineProvider;
import dev.microbatch.executor.engine.EngineServices;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.StageSettings;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Makes the engine of tests in which everything is encoded. */
public final class EncodedEngineProvider implements EngineProvider {

  private volatile @Nullable EncodedEngine last;

  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public EncodedEngineProvider() {}

  @Override
  public String name() {
    return "encoded";
  }

  @Override
  public Engine create(
      Plan plan, StageSettings settings, EngineServices services, @Nullable CommitTarget target) {
    EncodedEngine engine = new EncodedEngine(plan, settings, services);
    last = engine;
    return engine;
  }

  @Override
  public boolean mayStillRun() {
    EncodedEngine engine = last;
    return engine != null && engine.hasLeftBehind();
  }

  @Override
  public void close() {}
}
