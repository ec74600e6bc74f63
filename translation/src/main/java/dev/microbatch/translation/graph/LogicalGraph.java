package dev.microbatch.translation.graph;

import java.util.List;
import java.util.Map;

/**
 * A pipeline as steps and the ports that connect them.
 *
 * @param steps each after the steps that its records come from; a step that makes a view may stand
 *     after one that reads it
 * @param views where the panes of each view that is read come from, by view id
 */
public record LogicalGraph(List<LogicalStep> steps, Map<String, Port> views) {

  /** Copies the collections. */
  public LogicalGraph {
    steps = List.copyOf(steps);
    views = Map.copyOf(views);
  }
}
