package dev.microbatch.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointBenchmarkTest {

  @TempDir Path directory;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private double figure(String row) {
    String text = bytes.toString(StandardCharsets.UTF_8);
    Matcher found = Pattern.compile("(?m)^" + row + ".*? ([0-9,.]+) \\S*$").matcher(text);
    assertTrue(found.find(), row + " in " + text);
    return Double.parseDouble(found.group(1).replace(",", ""));
  }

  @Test
  void printsWhatCheckpointsCost() throws IOException {
    CheckpointBenchmark.run(
        out, "--state-megabytes=1", "--seconds=2", "--rounds=1", "--directory=" + directory);

    assertEquals(1024, figure("keys"));
    for (String row :
        List.of(
            "commits",
            "bytes of a commit, median",
            "duration of a commit, median",
            "longest gap",
            "restart up to the first record",
            "with checkpoints",
            "without",
            "with, of without")) {
      assertTrue(figure(row) > 0, row);
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertTrue(left.noneMatch(file -> file.getFileName().toString().startsWith("d-")));
    }
  }

  @Test
  void anOptionThatIsNotKnownIsRefused() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> CheckpointBenchmark.run(out, "--sate=1"));

    assertTrue(refused.getMessage().contains("--sate=1"), refused.getMessage());
  }
}
