package dev.microbatch.executor.plan;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * The immutable description of a pipeline that the executor runs.
 *
 * @param name the pipeline's job name
 * @param stages in topological order; a stage's id is its index
 * @param exchanges between them; an exchange's id is its index
 * @param keyGroups into how many groups keys are hashed; the upper bound of the parallelism
 * @param sources by what each step that reads is known across restarts, by the name of the step
 */
public record Plan(
    String name,
    List<Stage> stages,
    List<Exchange> exchanges,
    int keyGroups,
    Map<String, SourceIdentity> sources)
    implements Serializable {

  /** A plan whose sources are known by nothing but their steps' names. */
  public Plan(String name, List<Stage> stages, List<Exchange> exchanges, int keyGroups) {
    this(name, stages, exchanges, keyGroups, Map.of());
  }

  /** The same plan, with the identities of its sources. */
  public Plan withSources(Map<String, SourceIdentity> identities) {
    return new Plan(name, stages, exchanges, keyGroups, identities);
  }

  /** Checks that ids are indices and that inputs and exchanges agree. */
  public Plan {
    stages = List.copyOf(stages);
    exchanges = List.copyOf(exchanges);
    sources = Map.copyOf(sources);
    if (keyGroups < 1) {
      throw new IllegalArgumentException("there must be at least one key group, not " + keyGroups);
    }
    for (int i = 0; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      if (stage.id() != i) {
        throw new IllegalArgumentException("stage " + stage.name() + " has id " + stage.id());
      }
      for (int input : stage.mainInputs()) {
        checkInput(exchanges, stage, input);
      }
      for (int input : stage.sideInputs().values()) {
        checkInput(exchanges, stage, input);
      }
    }
    for (int i = 0; i < exchanges.size(); i++) {
      if (exchanges.get(i).id() != i) {
        throw new IllegalArgumentException(
            "exchange " + exchanges.get(i).name() + " has a wrong id");
      }
    }
  }

  private static void checkInput(List<Exchange> exchanges, Stage stage, int input) {
    if (exchanges.get(input).toStage() != stage.id()) {
      throw new IllegalArgumentException(
          "exchange " + exchanges.get(input).name() + " does not lead to stage " + stage.name());
    }
  }
}
