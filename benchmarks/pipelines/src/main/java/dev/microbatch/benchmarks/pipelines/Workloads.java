package dev.microbatch.benchmarks.pipelines;

import java.nio.file.Path;
import java.util.ArrayList;
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
    List<Workload> all = new ArrayList<>();
    all.add(new Maps("maps", scaled(20_000_000, scale)));
    all.add(new SumPerKey(scaled(10_000_000, scale), 100_000));
    all.add(new FileWordCount(directory, scaled(FILE_BYTES, scale)));
    for (Catalogue.Entry entry : Catalogue.all()) {
      Sizes usual = entry.usual();
      long records = scaled(usual.records(), scale);
      all.add(entry.of(new Sizes(records, usual.keys(), usual.seed())));
    }
    Map<String, Workload> byName = new LinkedHashMap<>();
    all.forEach(workload -> byName.put(workload.name(), workload));
    return byName;
  }

  private static long scaled(long size, double scale) {
    return Math.max(1, Math.round(size * scale));
  }
}
