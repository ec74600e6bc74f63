package dev.microbatch.translation.fingerprint;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one step keeps across restarts.
 *
 * @param name Beam's unique name of the step
 * @param kind what kind of step it is
 * @param cells what it keeps, by name, each with a description of its form; empty if it keeps
 *     nothing
 */
public record StepEntry(String name, String kind, SortedMap<String, String> cells) {

  /** Copies the cells. */
  public StepEntry {
    cells = Collections.unmodifiableSortedMap(new TreeMap<>(cells));
  }

  StepEntry(String name, String kind, Map<String, String> cells) {
    this(name, kind, new TreeMap<>(cells));
  }

  /** Whether it keeps anything. */
  public boolean isStateful() {
    return !cells.isEmpty();
  }
}
