package dev.microbatch.benchmarks.pipelines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextGeneratorTest {

  private static final int SIZE = 10_000;

  @TempDir Path directory;

  @Test
  void makesTheSameTextEveryTime() throws IOException {
    Path one = directory.resolve("one");
    Path two = directory.resolve("two");
    new TextGenerator(1_000).writeIfMissing(one, SIZE);
    new TextGenerator(1_000).writeIfMissing(two, SIZE);
    assertEquals(-1, Files.mismatch(one, two));
  }

  @Test
  void stopsWithTheLineThatReachesTheSize() throws IOException {
    Path file = directory.resolve("sub/text");
    new TextGenerator(1_000).writeIfMissing(file, SIZE);
    List<String> lines = Files.readAllLines(file);
    long last = lines.get(lines.size() - 1).length() + 1L;
    assertTrue(Files.size(file) >= SIZE && Files.size(file) - last < SIZE);
    assertTrue(lines.stream().allMatch(line -> line.split(" ").length == 10));
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void keepsAFileThatIsThere() throws IOException {
    Path file = Files.writeString(directory.resolve("text"), "mine\n");
    new TextGenerator(1_000).writeIfMissing(file, SIZE);
    assertEquals("mine\n", Files.readString(file));
  }

  @Test
  void wordsAreDistinct() {
    Set<String> words = new HashSet<>();
    for (int rank = 0; rank < 50_000; rank++) {
      assertTrue(words.add(Vocabulary.word(rank)), () -> "repeated after " + words.size());
    }
  }

  @Test
  void frequentRanksAreFrequent() {
    Zipf zipf = new Zipf(100);
    int[] counts = new int[100];
    for (int i = 0; i < 100_000; i++) {
      counts[zipf.rank(i)]++;
    }
    // 1 / (1 + 1/2 + ... + 1/100) = 0.193
    assertEquals(19_300, counts[0], 1_000);
    assertEquals(193, counts[99], 70);
  }
}
