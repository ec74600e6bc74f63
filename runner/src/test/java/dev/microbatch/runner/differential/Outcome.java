package dev.microbatch.runner.differential;

import dev.microbatch.runner.differential.Traits.Panes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;

/** What is determined of the output of a node: lines that equal runs have in common. */
final class Outcome {

  private Outcome() {}

  /** The lines of one node, sorted. */
  static List<String> of(Traits traits, List<Observation> observations) {
    List<String> lines = new ArrayList<>();
    switch (traits.check()) {
      case RECORDS -> observations.forEach(o -> lines.add(record(o, traits.panes())));
      case VALUES -> observations.forEach(o -> lines.add(o.key() + "=" + o.value()));
      case SUMS -> sums(observations, true).forEach((key, sum) -> lines.add(key + " sum " + sum));
      case SUMS_OF_KEYS ->
          sums(observations, false).forEach((key, sum) -> lines.add(key + " sum " + sum));
      case LAST_PANES -> lastPanes(observations).values().forEach(o -> lines.add(last(o)));
    }
    lines.sort(null);
    return lines;
  }

  private static String record(Observation o, Panes panes) {
    String text = o.key() + "=" + o.value() + " @" + o.timestamp() + " in " + o.window();
    return switch (panes) {
      case ALL -> text + " " + pane(o.pane(), true);
      case ALL_BUT_LAST -> text + " " + pane(o.pane(), false);
      case NOTHING -> text;
    };
  }

  private static String pane(PaneInfo pane, boolean withLast) {
    return pane.getTiming()
        + " "
        + pane.getIndex()
        + "/"
        + pane.getNonSpeculativeIndex()
        + (pane.isFirst() ? " first" : "")
        + (withLast && pane.isLast() ? " last" : "");
  }

  private static String last(Observation o) {
    return o.key() + "=" + o.value() + " @" + o.timestamp() + " in " + o.window() + " at last";
  }

  private static Map<String, Long> sums(List<Observation> observations, boolean byWindow) {
    Map<String, Long> sums = new TreeMap<>();
    for (Observation o : observations) {
      sums.merge(byWindow ? o.key() + " in " + o.window() : o.key(), o.value(), Long::sum);
    }
    return sums;
  }

  private static Map<String, Observation> lastPanes(List<Observation> observations) {
    Map<String, Observation> last = new TreeMap<>();
    for (Observation o : observations) {
      last.merge(
          o.key() + " in " + o.window(),
          o,
          (a, b) -> a.pane().getIndex() >= b.pane().getIndex() ? a : b);
    }
    return last;
  }
}
