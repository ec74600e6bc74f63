package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.KeyWindows;
import dev.microbatch.executor.state.TriggeredGroup;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Merges sessions: intervals that overlap. Only those that lie between the first and the last new
 * one are looked at, and no interval of a group is made into an object.
 */
final class SessionMerger implements WindowMerger {

  private final List<Part> parts = new ArrayList<>();
  private final List<TriggeredGroup> overlapping = new ArrayList<>();
  private final List<IntervalWindow> results = new ArrayList<>();

  /** A window that may merge, with its group if it has one; the end is exclusive. */
  private record Part(long start, long end, @Nullable TriggeredGroup group)
      implements Comparable<Part> {
    @Override
    public int compareTo(Part other) {
      int starts = Long.compare(start, other.start);
      return starts != 0 ? starts : Long.compare(end, other.end);
    }
  }

  @Override
  public void merge(
      KeyWindows key, Predicate<TriggeredGroup> isOpen, List<BoundedWindow> added, Sink sink) {
    results.clear();
    if (added.size() == 1) {
      mergeOne(key, isOpen, (IntervalWindow) added.get(0), sink);
      return;
    }
    parts.clear();
    long first = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    for (BoundedWindow window : added) {
      IntervalWindow interval = (IntervalWindow) window;
      Part part = new Part(interval.start().getMillis(), interval.end().getMillis(), null);
      parts.add(part);
      first = Math.min(first, part.start());
      end = Math.max(end, part.end());
    }
    addOpen(key, isOpen, first, end);
    parts.sort(null);
    sweep(sink);
  }

  /** Without a list of parts, because nearly always it is one. */
  private void mergeOne(
      KeyWindows key, Predicate<TriggeredGroup> isOpen, IntervalWindow added, Sink sink) {
    long start = added.start().getMillis();
    long end = added.end().getMillis();
    long unionStart = start;
    long unionEnd = end;
    overlapping.clear();
    for (int i = key.firstNotBefore(start); i < key.size(); i++) {
      TriggeredGroup group = key.get(i);
      if (isOpen.test(group)) {
        if (group.start() >= end) {
          break; // open sessions do not overlap, so those behind begin later still
        }
        overlapping.add(group);
        unionStart = Math.min(unionStart, group.start());
        unionEnd = Math.max(unionEnd, group.end() + 1);
      }
    }
    if (!overlapping.isEmpty()) {
      merge(overlapping, unionStart, unionEnd, sink);
    }
  }

  private void merge(List<TriggeredGroup> groups, long start, long end, Sink sink) {
    IntervalWindow result = new IntervalWindow(EventTime.instant(start), EventTime.instant(end));
    results.add(result);
    sink.merge(groups, result);
  }

  private void addOpen(KeyWindows key, Predicate<TriggeredGroup> isOpen, long first, long end) {
    for (int i = key.firstNotBefore(first); i < key.size(); i++) {
      TriggeredGroup group = key.get(i);
      if (isOpen.test(group)) {
        if (group.start() >= end) {
          return; // open sessions do not overlap, so those behind begin later still
        }
        parts.add(new Part(group.start(), group.end() + 1, group));
      }
    }
  }

  private void sweep(Sink sink) {
    int from = 0;
    while (from < parts.size()) {
      long start = parts.get(from).start();
      long end = parts.get(from).end();
      int to = from + 1;
      boolean differ = false;
      while (to < parts.size() && parts.get(to).start() < end) {
        differ |= parts.get(to).compareTo(parts.get(from)) != 0;
        end = Math.max(end, parts.get(to).end());
        to++;
      }
      if (differ) { // the same window several times is one
        merge(groups(from, to), start, end, sink);
      }
      from = to;
    }
  }

  private List<TriggeredGroup> groups(int from, int to) {
    List<TriggeredGroup> groups = new ArrayList<>(2);
    for (int i = from; i < to; i++) {
      TriggeredGroup group = parts.get(i).group();
      if (group != null) {
        groups.add(group);
      }
    }
    return groups;
  }

  @Override
  public BoundedWindow resultOf(BoundedWindow window) {
    for (IntervalWindow result : results) {
      if (result.contains((IntervalWindow) window)) {
        return result;
      }
    }
    return window;
  }
}
