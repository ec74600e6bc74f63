package dev.microbatch.executor.engine;

import java.util.Optional;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.beam.sdk.util.common.ReflectHelpers;

/** Finds the engines on the class path. */
public final class EngineProviders {

  private EngineProviders() {}

  /**
   * Makes a provider for one execution of a pipeline.
   *
   * @param name the name of the engine
   * @return empty if there is none of that name
   * @throws java.util.ServiceConfigurationError if a provider that is declared cannot be made
   */
  public static Optional<EngineProvider> find(String name) {
    for (EngineProvider provider : load()) {
      if (provider.name().equals(name)) {
        return Optional.of(provider);
      }
    }
    return Optional.empty();
  }

  /** The names of all engines that are found. */
  public static SortedSet<String> names() {
    SortedSet<String> names = new TreeSet<>();
    load().forEach(provider -> names.add(provider.name()));
    return names;
  }

  private static ServiceLoader<EngineProvider> load() {
    return ServiceLoader.load(EngineProvider.class, ReflectHelpers.findClassLoader());
  }
}
