package dev.microbatch.runner.differential;

import dev.microbatch.runner.differential.Traits.Panes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;

/**
 * What is determined of the output of a node.
 *
 * @param traits what is known of the output
 * @param lastPanes whether to tell which panes are the last ones. With DirectRunner that depends on
 *     how its watermarks move, even if no lateness is allowed
 */
record Outcome(Traits traits, boolean lastPanes) {

  /** The output as lines, sorted. */
  List<String> lines(List<Observation> observations) {
    List<String> lines = new ArrayList<>();
    switch (traits.check()) {
      case RECORDS -> observations.forEach(o -> lines.add(record(o)));
      case VALUES -> observations.forEach(o -> lines.add(o.key() + "=" + o.value()));
      case SUMS -> sums(observations, true).forEach((key, sum) -> lines.add(key + " sum " + sum));
      case SUMS_OF_KEYS ->
          sums(observations, false).forEach((key, sum) -> lines.add(key + " sum " + sum));
      case LAST_PANES -> lastPanes(observations).values().forEach(o -> lines.add(last(o)));
    }
    lines.sort(null);
    return lines;
  }

  private String record(Observation o) {
    String text = o.key() + "=" + o.value() + " @" + o.timestamp() + " in " + o.window();
    return traits.panes() == Panes.NOTHING ? text : text + " " + pane(o.pane());
  }

  private String pane(PaneInfo pane) {
    boolean last = lastPanes && traits.panes() == Panes.ALL && pane.isLast();
    return pane.getTiming()
        + " "
        + pane.getIndex()
        + "/"
        + pane.getNonSpeculativeIndex()
        + (pane.isFirst() ? " first" : "")
        + (last ? " last" : "");
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
