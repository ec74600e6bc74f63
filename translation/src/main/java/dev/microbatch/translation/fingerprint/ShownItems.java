package dev.microbatch.translation.fingerprint;

import dev.microbatch.translation.graph.StepNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.joda.time.Instant;

/**
 * Gathers items of display data under names that tell them apart, with a hash of each value.
 *
 * <p>What is different in every run does not count: numbers and addresses in the class names of
 * lambdas, hash codes in what {@code Object.toString} makes, and times that are nothing but the
 * time of the start.
 */
final class ShownItems {

  /** What {@code Object.toString} makes of an object without one of its own. */
  private static final Pattern IDENTITY =
      Pattern.compile(
          "(?<![\\w.$])(\\[+[BCDFIJSZ]|\\[+L[\\w.$]+;|[A-Za-z_$][\\w$]*(?:\\.[\\w$]+)+)"
              + "@[0-9a-f]{1,8}(?![\\w.])");

  /** A time that is as close to the start was taken at the start. */
  private static final long START_MILLIS = TimeUnit.MINUTES.toMillis(10);

  private static final String START = "the time of the start";

  private record Fact(String key, String value) {}

  private final String step;
  private final long now;
  private final Set<Fact> known = new HashSet<>();
  private final TreeMap<String, String> hashes = new TreeMap<>();

  /**
   * Creates an empty collection.
   *
   * @param step the step that it is all about
   * @param now the time of the start, in milliseconds
   */
  ShownItems(String step, long now) {
    this.step = step;
    this.now = now;
  }

  /** Adds what a component shows, called by the component's name if that is needed. */
  void add(String component, DisplayData shown) {
    List<DisplayData.Item> items = new ArrayList<>(shown.asMap().values());
    items.sort(
        Comparator.comparing(ShownItems::name)
            .thenComparing(item -> String.valueOf(item.getNamespace())));
    Set<Fact> here = new HashSet<>();
    for (DisplayData.Item item : items) {
      Fact fact = new Fact(item.getKey(), value(item));
      here.add(fact);
      if (!known.contains(fact)) {
        String name = name(item);
        put(
            hashes.containsKey(name) ? component + ": " + name : name,
            fact.value().getBytes(StandardCharsets.UTF_8));
      }
    }
    known.addAll(here);
  }

  /** Adds an item that display data does not have. */
  void add(String name, byte[] value) {
    put(name, value);
  }

  private void put(String name, byte[] value) {
    String free = name;
    for (int i = 2; hashes.containsKey(free); i++) {
      free = name + '#' + i;
    }
    hashes.put(free, Hashes.half(step, free, value));
  }

  private static String name(DisplayData.Item item) {
    List<String> parts = new ArrayList<>(item.getPath().getComponents());
    parts.add(item.getKey());
    return String.join(".", parts);
  }

  private String value(DisplayData.Item item) {
    Object value = item.getValue();
    if (item.getType() == DisplayData.Type.INTEGER && value instanceof Number number) {
      return isStart(number.longValue()) ? START : number.toString();
    }
    String text = String.valueOf(value);
    if (item.getType() == DisplayData.Type.TIMESTAMP && isStart(Instant.parse(text).getMillis())) {
      return START;
    }
    return IDENTITY.matcher(StepNames.withoutAddresses(text)).replaceAll("$1");
  }

  private boolean isStart(long millis) {
    return Math.abs(millis - now) <= START_MILLIS;
  }

  /** The hash of each item, by its name. */
  TreeMap<String, String> hashes() {
    return hashes;
  }
}
