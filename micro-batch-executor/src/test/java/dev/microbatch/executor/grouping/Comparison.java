package dev.microbatch.executor.grouping;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ListMultimap;
import com.google.common.collect.Sets;
import dev.microbatch.executor.grouping.Trace.Figures;
import dev.microbatch.executor.grouping.Trace.Pane;
import dev.microbatch.executor.stage.Emitted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Compares what an aggregator made of a case with what Beam's machinery made of it.
 *
 * <p>The panes of each key and window are the same, in the same order, and there by the end of the
 * same round. The order of panes of different windows, and of values where windows merge or
 * overlap, is not promised. What was dropped as late is the same number.
 *
 * <p>What the stage holds back and waits for <em>may only be better</em>:
 *
 * <ul>
 *   <li>The output watermark may be later, and holds with it: Beam holds some that protect nothing,
 *       as one at the end of a window that the input watermark has to pass first. It is too late
 *       only if a pane comes out behind it, or when its window has expired downstream, that was not
 *       so by Beam's machinery.
 *   <li>It may wake up later: Beam leaves timers behind that fire nothing. {@link GroupingRun}
 *       checks that it is not too late. For the same reason it may hold synchronized processing
 *       time back by less.
 *   <li>It may wait for a later watermark for the same reason. Where windows merge it may also be
 *       an earlier one: when the end of a window moves with each record, it is cheaper to look once
 *       too often than to move a timer each time.
 * </ul>
 */
final class Comparison {

  private final GroupingCase of;
  private final Trace expected;
  private final Trace actual;

  private Comparison(GroupingCase of, Trace expected, Trace actual) {
    this.of = of;
    this.expected = expected;
    this.actual = actual;
  }

  /** What differs, or null if nothing does that must not. */
  static @Nullable String difference(GroupingCase of, Trace expected, Trace actual) {
    Comparison comparison = new Comparison(of, expected, actual);
    String panes = comparison.panes();
    return panes == null ? comparison.figures() : panes;
  }

  private @Nullable String panes() {
    ListMultimap<Object, Pane> wanted = expected.byKeyAndWindow();
    ListMultimap<Object, Pane> found = actual.byKeyAndWindow();
    for (Object group : ImmutableSet.copyOf(Sets.union(wanted.keySet(), found.keySet()))) {
      List<Pane> ofGroup = wanted.get(group);
      List<Pane> instead = found.get(group);
      boolean same = ofGroup.size() == instead.size();
      for (int i = 0; same && i < instead.size(); i++) {
        same = isSame(ofGroup.get(i), instead.get(i));
      }
      if (!same) {
        return group + ":\n  expected " + lines(ofGroup) + "\n  actual   " + lines(instead);
      }
    }
    return null;
  }

  private boolean isSame(Pane wanted, Pane found) {
    return normal(wanted.emitted()).equals(normal(found.emitted()))
        && (wanted.behind() || !found.behind())
        && (wanted.expired() || !found.expired());
  }

  /** Where windows merge or overlap, the order of values is not promised. */
  @SuppressWarnings("unchecked")
  private Emitted normal(Emitted pane) {
    KV<Object, Object> pair = (KV<Object, Object>) pane.value();
    if (of.keepsOrder() || !(pair.getValue() instanceof List<?>)) {
      return pane;
    }
    List<Long> sorted = new ArrayList<>((List<Long>) pair.getValue());
    sorted.sort(Comparator.naturalOrder());
    return new Emitted(
        pane.batch(),
        KV.of(pair.getKey(), sorted),
        pane.timestamp(),
        pane.windows(),
        pane.pane(),
        pane.drain());
  }

  private static String lines(List<Pane> panes) {
    StringBuilder lines = new StringBuilder();
    for (Pane pane : panes) {
      lines.append("\n    ").append(pane);
    }
    return lines.isEmpty() ? "nothing" : lines.toString();
  }

  private @Nullable String figures() {
    for (int i = 0; i < expected.figures().size(); i++) {
      Figures wanted = expected.figures().get(i);
      Figures found = actual.figures().get(i);
      if (!isAsGood(wanted, found)) {
        return "expected " + wanted + "\n  actual   " + found;
      }
    }
    return null;
  }

  private boolean isAsGood(Figures wanted, Figures found) {
    return found.lateDrops() == wanted.lateDrops()
        && found.synchronizedLag() <= wanted.synchronizedLag()
        && found.hold() >= wanted.hold()
        && found.watermark() >= wanted.watermark()
        && found.nextWakeUp() >= wanted.nextWakeUp()
        && (found.nextEventTime() >= wanted.nextEventTime() || of.merges());
  }
}
