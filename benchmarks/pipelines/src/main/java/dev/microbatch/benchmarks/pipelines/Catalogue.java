package dev.microbatch.benchmarks.pipelines;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The benchmarks with which runners are compared, by name, in the order in which they are listed.
 */
final class Catalogue {

  private static final Map<String, Entry> ENTRIES = new LinkedHashMap<>();

  static {
    add(33_000_000, 1, WordCount::new);
    add(4_000_000, 1_000_000, GroupBytes::new);
    add(20_000_000, 100_000, CombineZipf::new);
    add(20_000_000, 1, sizes -> new Maps("B4", sizes.records()));
    add(5_000_000, 10_000, SlidingCount::sixWindows);
    add(5_000_000, 10_000, SlidingCount::sixtyWindows);
    add(5_000_000, 100_000, sizes -> new SessionCount(sizes, SessionCount.Shape.COUNT));
    add(5_000_000, 100_000, sizes -> new SessionCount(sizes, SessionCount.Shape.GROUP));
    add(5_000_000, 10_000, sizes -> new SessionCount(sizes, SessionCount.Shape.EARLY));
    add(5_000_000, 100_000, StatefulSum::new);
    add(5_000_000, 1_000_000, Join::new);
    add(20_000_000, 100_000, MapSideInput::new);
    addCold(5_000_000, 10_000, StreamingCount::new);
    for (Latency.Way way : Latency.Way.values()) {
      addCold(600_000, 100, sizes -> new Latency(sizes, way, false));
      addCold(600_000, 100, sizes -> new Latency(sizes, way, true));
    }
    add(10, 3, StartUp::new);
  }

  private Catalogue() {}

  /**
   * A benchmark whose size is open.
   *
   * @param name its name
   * @param usual its usual size: a run takes some seconds
   * @param isCold whether the first run of a JVM is what a comparison measures
   * @param factory makes one of another size
   */
  record Entry(String name, Sizes usual, boolean isCold, Function<Sizes, Workload> factory) {
    Workload of(Sizes sizes) {
      return factory.apply(sizes);
    }
  }

  private static void add(long records, int keys, Function<Sizes, Workload> factory) {
    add(new Sizes(records, keys, 0), false, factory);
  }

  private static void addCold(long records, int keys, Function<Sizes, Workload> factory) {
    add(new Sizes(records, keys, 0), true, factory);
  }

  private static void add(Sizes usual, boolean cold, Function<Sizes, Workload> factory) {
    String name = factory.apply(usual).name();
    ENTRIES.put(name, new Entry(name, usual, cold, factory));
  }

  /** All benchmarks. */
  static List<Entry> all() {
    return List.copyOf(ENTRIES.values());
  }

  /**
   * The benchmark of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Entry get(String name) {
    Entry entry = ENTRIES.get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          "There is no benchmark " + name + "; there are " + String.join(", ", ENTRIES.keySet()));
    }
    return entry;
  }
}
