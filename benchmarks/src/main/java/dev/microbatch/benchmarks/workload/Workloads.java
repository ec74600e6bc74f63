package dev.microbatch.benchmarks.workload;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All workloads, by name, in the order in which they are listed. */
public final class Workloads {

  private static final long FILE_BYTES = 200L << 20;

  private Workloads() {}

  /**
   * Creates the workloads.
   *
   * @param directory where input files are, or are made
   * @param scale by what to multiply the number of records; the numbers of keys remain
   * @return the workloads by name
   */
  public static Map<String, Workload> all(Path directory, double scale) {
    List<Workload> all =
        List.of(
            new Maps("maps", scaled(20_000_000, scale)),
            new SumPerKey(scaled(10_000_000, scale), 100_000),
            new FileWordCount(directory, scaled(FILE_BYTES, scale)),
            new WordCount(scaled(3_800_000, scale)),
            new GroupBytes(scaled(1_000_000, scale), 10_000),
            new CombineZipf(scaled(3_000_000, scale)),
            new Maps("B4", scaled(4_000_000, scale)),
            new SlidingCount(scaled(500_000, scale), 1_000),
            new SessionCount(scaled(1_000_000, scale), 10_000),
            new StatefulSum(scaled(1_000_000, scale), 10_000),
            new Join(scaled(1_000_000, scale), 200_000),
            new MapSideInput(scaled(3_000_000, scale), 100_000));
    Map<String, Workload> byName = new LinkedHashMap<>();
    all.forEach(workload -> byName.put(workload.name(), workload));
    return byName;
  }

  private static long scaled(long size, double scale) {
    return Math.max(1, Math.round(size * scale));
  }
}
