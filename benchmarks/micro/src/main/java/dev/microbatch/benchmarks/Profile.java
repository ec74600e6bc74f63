package dev.microbatch.benchmarks;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jdk.jfr.consumer.RecordedFrame;

/** Where time and memory go: methods by how many samples found them at work. */
final class Profile {

  private static final int TOP = 10;
  private static final String PROJECT = "dev.microbatch.";

  /** Frames in more samples than this are the way to all work, and say nothing. */
  private static final double COMMON = 0.95;

  private final Map<String, Hits> leaves = new HashMap<>();
  private final Map<String, Hits> inclusive = new HashMap<>();
  private final Map<String, Hits> allocations = new HashMap<>();
  private long samples;
  private long allocated;

  /** The samples of one method, with a weight for each. */
  private static final class Hits {
    private final Map<Integer, Long> byLine = new HashMap<>();
    private long weight;

    void add(int line, long added) {
      weight += added;
      byLine.merge(line, added, Long::sum);
    }

    long weight() {
      return weight;
    }

    /** The line that weighs most. */
    int line() {
      return byLine.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    }
  }

  /**
   * Adds a sample of a running thread.
   *
   * @param stack the frames, innermost first; at least one
   */
  void ran(List<RecordedFrame> stack) {
    samples++;
    add(leaves, name(stack.get(0)), stack.get(0), 1);
    Set<String> seen = new HashSet<>();
    for (RecordedFrame frame : stack) {
      String name = name(frame);
      if (isOurs(name) && seen.add(name)) {
        add(inclusive, name, frame, 1);
      }
    }
  }

  /**
   * Adds a sample of an allocation.
   *
   * @param type the class of the object
   * @param bytes how many bytes the sample stands for
   * @param stack the frames, innermost first; at least one
   */
  void allocated(String type, long bytes, List<RecordedFrame> stack) {
    allocated += bytes;
    RecordedFrame site =
        stack.stream().filter(frame -> isOurs(name(frame))).findFirst().orElse(stack.get(0));
    add(allocations, type + " in " + name(site), site, bytes);
  }

  private static void add(Map<String, Hits> hits, String name, RecordedFrame frame, long weight) {
    hits.computeIfAbsent(name, any -> new Hits()).add(frame.getLineNumber(), weight);
  }

  private static String name(RecordedFrame frame) {
    return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
  }

  /** Whether a method is in this project's source, and not made by the compiler around a lambda. */
  private static boolean isOurs(String name) {
    return name.startsWith(PROJECT) && !name.contains("$$Lambda");
  }

  /** The hottest methods, each with its hottest line. */
  String text() {
    inclusive.values().removeIf(hits -> hits.weight() > COMMON * samples);
    return String.format("top frames of %,d samples%n", samples)
        + top(leaves, samples)
        + String.format("%ntop frames of this project, with what they call%n")
        + top(inclusive, samples)
        + String.format("%ntop allocations of %,d MiB%n", allocated >> 20)
        + top(allocations, allocated);
  }

  private static String top(Map<String, Hits> hits, long total) {
    StringBuilder text = new StringBuilder();
    hits.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.comparingLong(Hits::weight).reversed()))
        .limit(TOP)
        .forEach(
            hit ->
                text.append(
                    String.format(
                        "  %5.1f %%  %s:%d%n",
                        100.0 * hit.getValue().weight() / total,
                        hit.getKey(),
                        hit.getValue().line())));
    return text.toString();
  }
}
