package dev.microbatch.executor.engine;

import dev.microbatch.executor.checkpoint.CommitTarget;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.stage.StageSettings;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Makes the engines of one execution of a pipeline, one after the other: a pipeline that goes back
 * to a commit does so with a new engine. What outlives an engine, such as threads or a connection
 * to a cluster, belongs to the provider.
 *
 * <p>Found by {@link java.util.ServiceLoader}, which makes a new provider for each execution:
 * implementations have a public constructor without parameters that does nothing costly.
 *
 * <p>{@link #create} and {@link #close} are called by one thread; the other methods by any.
 *
 * @see EngineProviders
 */
public interface EngineProvider extends AutoCloseable {

  /** The name by which a user chooses it. */
  String name();

  /**
   * Creates an engine; nothing runs yet. The engine before, if there is one, has been closed.
   *
   * @param plan what it is to run
   * @param settings how the stages are to run
   * @param services what this process offers
   * @param target where commits go; its commit is the last one that there is. Null if the pipeline
   *     keeps nothing
   */
  Engine create(
      Plan plan, StageSettings settings, EngineServices services, @Nullable CommitTarget target);

  /**
   * Whether user code of an engine that was closed may still be running. It may do its work a
   * second time then if the pipeline goes back to a commit.
   */
  default boolean mayStillRun() {
    return false;
  }

  /**
   * Whether user code in this process waits for the end of the process, which it has asked for:
   * whoever keeps the process from ending must not wait for the engine.
   */
  default boolean awaitsExit() {
    return false;
  }

  /** Lets go of what outlives an engine. The last engine has been closed. Does not throw. */
  @Override
  void close();
}
