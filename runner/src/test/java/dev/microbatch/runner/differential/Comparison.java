package dev.microbatch.runner.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Runs a pipeline by both runners, and in micro-batches in two ways, and compares what is
 * determined of the results.
 */
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
    List<Observation> otherwise;
    try {
      ours = Runs.microBatch(pipeline, settings);
      otherwise = Runs.microBatch(pipeline, settings.others());
    } catch (RuntimeException | Error e) {
      Runs.direct(pipeline);
      return "DirectRunner runs it, MicroBatchRunner throws " + Text.of(e);
    }
    String difference = difference(pipeline, otherwise, ours, true);
    if (difference != null) {
      return "expected: " + settings.others() + ", actual: " + settings + "\n" + difference;
    }
    for (int i = 0; i < QUESTIONS; i++) {
      difference = difference(pipeline, Runs.direct(pipeline), ours, false);
      if (difference == null) {
        return null;
      }
    }
    return "expected: DirectRunner, actual: " + settings + "\n" + difference;
  }

  private static @Nullable String difference(
      RandomPipeline pipeline,
      List<Observation> expected,
      List<Observation> actual,
      boolean lastPanes) {
    List<Traits> traits = pipeline.traits();
    for (int node : new TreeSet<>(pipeline.observed())) {
      Outcome outcome = new Outcome(traits.get(node), lastPanes);
      List<String> expectedLines = outcome.lines(of(node, expected));
      List<String> actualLines = outcome.lines(of(node, actual));
      if (!expectedLines.equals(actualLines)) {
        return "Node " + node + ":\n" + describe(expectedLines, actualLines);
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
    return "  only expected (of "
        + expected.size()
        + "): "
        + Text.lines(missing)
        + "\n  only actual (of "
        + actual.size()
        + "): "
        + Text.lines(extra)
        + "\n  both: "
        + Text.lines(both(expected, missing));
  }

  private static List<String> both(List<String> expected, List<String> missing) {
    List<String> both = new ArrayList<>(expected);
    missing.forEach(both::remove);
    return both;
  }
}
