package dev.microbatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.microbatch.benchmarks.heap.Kept;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeapBenchmarkTest {

  @Test
  void everyKindOfEntryIsMeasured() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // So many that it counts little what the tests before have left, and what is let go of
    // meanwhile.
    HeapBenchmark.run(new PrintStream(bytes, true, StandardCharsets.UTF_8), "--keys=200000");

    List<String> rows = bytes.toString(StandardCharsets.UTF_8).lines().skip(2).toList();
    assertEquals(Kept.values().length, rows.size(), rows::toString);
    for (String row : rows) {
      String[] cells = row.split("\\|");
      // a key and what is kept for it cannot be less than two objects
      assertTrue(Integer.parseInt(cells[2].strip().replace(",", "")) > 30, row);
    }
  }
}
