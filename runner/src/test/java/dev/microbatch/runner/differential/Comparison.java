package dev.microbatch.runner.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Runs a pipeline by both runners and compares what is determined of their results. */
final class Comparison {

  private Comparison() {}

  /** How often DirectRunner is asked, because its answers may differ: it races with itself. */
  private static final int QUESTIONS = 3;

  /**
   * Compares.
   *
   * @return what differs, or null if nothing does
   */
  static @Nullable String difference(RandomPipeline pipeline, Settings settings) {
    List<Observation> ours;
    try {
      ours = Runs.microBatch(pipeline, settings);
    } catch (RuntimeException | Error e) {
      Runs.direct(pipeline);
      return "DirectRunner runs it, MicroBatchRunner throws " + Text.of(e);
    }
    String difference = null;
    for (int i = 0; i < QUESTIONS; i++) {
      difference = difference(pipeline, Runs.direct(pipeline), ours);
      if (difference == null) {
        return null;
      }
    }
    return difference;
  }

  private static @Nullable String difference(
      RandomPipeline pipeline, List<Observation> direct, List<Observation> ours) {
    List<Traits> traits = pipeline.traits();
    for (int node : new TreeSet<>(pipeline.observed())) {
      List<String> expected = Outcome.of(traits.get(node), of(node, direct));
      List<String> actual = Outcome.of(traits.get(node), of(node, ours));
      if (!expected.equals(actual)) {
        return "Node " + node + ":\n" + describe(expected, actual);
      }
    }
    return null;
  }

  private static List<Observation> of(int node, List<Observation> observations) {
    return observations.stream().filter(o -> o.node() == node).toList();
  }

  private static String describe(List<String> expected, List<String> actual) {
    List<String> missing = new ArrayList<>(expected);
    actual.forEach(missing::remove);
    List<String> extra = new ArrayList<>(actual);
    expected.forEach(extra::remove);
    return "  only by DirectRunner (of "
        + expected.size()
        + "): "
        + Text.lines(missing)
        + "\n  only by MicroBatchRunner (of "
        + actual.size()
        + "): "
        + Text.lines(extra)
        + "\n  by both: "
        + Text.lines(both(expected, missing));
  }

  private static List<String> both(List<String> expected, List<String> missing) {
    List<String> both = new ArrayList<>(expected);
    missing.forEach(both::remove);
    return both;
  }
}
