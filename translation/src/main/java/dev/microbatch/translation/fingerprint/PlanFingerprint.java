package dev.microbatch.translation.fingerprint;

import dev.microbatch.executor.batch.PlanIdentity;
import dev.microbatch.executor.plan.Plan;
import dev.microbatch.executor.plan.Stage;
import dev.microbatch.executor.plan.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What of a plan has to stay the same for a checkpoint to be restored into it: the names of the
 * steps, and what each keeps, with coders and windowing. The same pipeline has the same fingerprint
 * in every JVM.
 *
 * <p>Coders and window functions are told apart by their class and by what they show of themselves
 * (component coders, type, schema, display data). Immutable.
 */
public final class PlanFingerprint implements PlanIdentity {
  private static final String STEP = "step";
  private static final String CELL = "cell";

  private final SortedMap<String, StepEntry> entries;

  private PlanFingerprint(SortedMap<String, StepEntry> entries) {
    this.entries = Collections.unmodifiableSortedMap(entries);
  }

  /** The fingerprint of a plan. */
  public static PlanFingerprint of(Plan plan) {
    SortedMap<String, StepEntry> entries = new TreeMap<>();
    for (Stage stage : plan.stages()) {
      for (Step step : stage.steps()) {
        StepEntry entry =
            new StepEntry(
                step.name(),
                step.spec().getClass().getSimpleName(),
                Cells.of(plan, stage, step.spec()));
        entries.put(step.name(), entry);
      }
    }
    return new PlanFingerprint(entries);
  }

  /** One entry for each step, in the order of their names. */
  public List<StepEntry> entries() {
    return List.copyOf(entries.values());
  }

  /** A SHA-256 of {@link #text}, in hexadecimal. */
  @Override
  public String hash() {
    return Hashes.of(text());
  }

  /** All entries as lines of text, to be kept beside a checkpoint. */
  @Override
  public String text() {
    StringBuilder text = new StringBuilder();
    for (StepEntry entry : entries.values()) {
      line(text, STEP, entry.name(), entry.kind());
      entry.cells().forEach((cell, form) -> line(text, CELL, cell, form));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String what, String name, String value) {
    text.append(what).append('\t').append(escape(name)).append('\t').append(escape(value));
    text.append('\n');
  }

  /**
   * Reads what {@link #text} wrote.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static PlanFingerprint parse(String text) {
    SortedMap<String, StepEntry> entries = new TreeMap<>();
    StepEntry step = null;
    for (String line : text.lines().toList()) {
      String[] parts = line.split("\t", -1);
      if (parts.length == 3 && parts[0].equals(STEP)) {
        step = new StepEntry(unescape(parts[1]), unescape(parts[2]), new TreeMap<>());
      } else if (parts.length == 3 && parts[0].equals(CELL) && step != null) {
        SortedMap<String, String> cells = new TreeMap<>(step.cells());
        cells.put(unescape(parts[1]), unescape(parts[2]));
        step = new StepEntry(step.name(), step.kind(), cells);
      } else {
        throw new IllegalArgumentException("This is not a line of a plan's fingerprint: " + line);
      }
      entries.put(step.name(), step);
    }
    entries.replaceAll(
        (name, entry) -> new StepEntry(name, entry.kind(), Cells.modernized(entry.cells())));
    return new PlanFingerprint(entries);
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  private static String unescape(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        i++;
        c =
            switch (text.charAt(i)) {
              case 't' -> '\t';
              case 'n' -> '\n';
              case 'r' -> '\r';
              default -> text.charAt(i);
            };
      }
      plain.append(c);
    }
    return plain.toString();
  }

  @Override
  public List<String> incompatibilities(String stored) {
    return compare(parse(stored), this).stream()
        .filter(difference -> !difference.isCompatible())
        .map(Difference::toString)
        .toList();
  }

  /**
   * How a plan differs from the one that a checkpoint was written by.
   *
   * @param stored the fingerprint in the checkpoint
   * @param wanted the fingerprint of the plan
   * @return all differences, in the order of the steps' names
   */
  public static List<Difference> compare(PlanFingerprint stored, PlanFingerprint wanted) {
    List<Difference> differences = new ArrayList<>();
    SortedMap<String, StepEntry> all = new TreeMap<>(stored.entries);
    all.putAll(wanted.entries);
    for (String name : all.keySet()) {
      compare(stored.entries.get(name), wanted.entries.get(name), differences);
    }
    return differences;
  }

  private static void compare(StepEntry stored, StepEntry wanted, List<Difference> differences) {
    if (stored == null) {
      differences.add(
          new Difference(Difference.Kind.ADDED, wanted.name(), null, null, wanted.kind()));
    } else if (wanted == null) {
      differences.add(
          new Difference(
              stored.isStateful() ? Difference.Kind.LOST : Difference.Kind.REMOVED,
              stored.name(),
              null,
              stored.kind(),
              null));
    } else if (stored.isStateful() && !stored.kind().equals(wanted.kind())) {
      differences.add(
          new Difference(
              Difference.Kind.CHANGED, stored.name(), null, stored.kind(), wanted.kind()));
    } else {
      compareCells(stored, wanted, differences);
    }
  }

  private static void compareCells(
      StepEntry stored, StepEntry wanted, List<Difference> differences) {
    SortedMap<String, String> all = new TreeMap<>(stored.cells());
    all.putAll(wanted.cells());
    for (String cell : all.keySet()) {
      String before = stored.cells().get(cell);
      String now = wanted.cells().get(cell);
      if (!Objects.equals(before, now)) {
        differences.add(new Difference(kind(cell, before, now), stored.name(), cell, before, now));
      }
    }
  }

  private static Difference.Kind kind(String cell, @Nullable String before, @Nullable String now) {
    if (before == null) {
      return Difference.Kind.ADDED;
    }
    if (now == null) {
      return Difference.Kind.LOST;
    }
    return cell.equals(Cells.AGGREGATOR) && before.equals(Cells.BEAM_MACHINERY)
        ? Difference.Kind.RETIRED
        : Difference.Kind.CHANGED;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PlanFingerprint that && entries.equals(that.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  /** The hash. */
  @Override
  public String toString() {
    return hash();
  }
}
