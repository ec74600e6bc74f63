package dev.microbatch.executor.spill;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.memory.SpillDirectory;
import dev.microbatch.executor.memory.SpillException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs, their merge, and values that are read from them. */
class RunsTest {

  private static final StringUtf8Coder CODER = StringUtf8Coder.of();
  private static final int KEY_GROUPS = 16;

  @TempDir Path temp;
  private SpillDirectory directory;

  @BeforeEach
  void open() {
    directory = SpillDirectory.open(temp, true);
  }

  @AfterEach
  void close() {
    directory.close();
  }

  /** Few hashes, so that different keys have the same one. */
  private static int hash(String key) {
    return key.hashCode() % 97;
  }

  private static int keyGroup(String key) {
    return Math.floorMod(hash(key), KEY_GROUPS);
  }

  private static String order(String key) {
    return String.format("%03d %012d %s", keyGroup(key), hash(key) + (1L << 32), key);
  }

  private static Map<String, List<String>> groups() {
    return new TreeMap<>((one, other) -> order(one).compareTo(order(other)));
  }

  private static byte[] encode(List<String> values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      for (String value : values) {
        CODER.encode(value, out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void decode(RunReader in, List<String> to) {
    while (in.nextChunk()) {
      in.readChunk();
      ByteArrayInputStream bytes = new ByteArrayInputStream(in.bytes(), in.offset(), in.length());
      try {
        for (int i = 0; i < in.count(); i++) {
          to.add(CODER.decode(bytes));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      assertThat(bytes.available(), is(0));
    }
  }

  private Run write(Map<String, List<String>> groups) {
    try (RunWriter writer = new RunWriter(directory, 0)) {
      return write(writer, groups, false);
    }
  }

  private static Run write(RunWriter writer, Map<String, List<String>> groups, boolean replaces) {
    writer.begin();
    groups.forEach(
        (key, values) -> {
          writer.group(keyGroup(key), hash(key), key.getBytes(UTF_8), replaces);
          for (int from = 0; from < values.size(); from += 1000) {
            List<String> some = values.subList(from, Math.min(values.size(), from + 1000));
            byte[] bytes = encode(some);
            writer.chunk(some.size(), from == 0, bytes, 0, bytes.length);
          }
        });
    return writer.end();
  }

  private static Map<String, List<String>> read(List<Run> runs) {
    Map<String, List<String>> groups = groups();
    RunMerge<RunReader> merge = new RunMerge<>(runs.stream().map(RunReader::new).toList());
    String before = "";
    while (merge.next()) {
      RunReader first = merge.parts().get(0);
      String key = new String(first.key(), UTF_8);
      assertThat(first.hash(), is(hash(key)));
      assertThat(before, lessThan(order(key)));
      before = order(key);
      List<String> values = new ArrayList<>();
      merge.parts().forEach(part -> decode(part, values));
      groups.put(key, values);
    }
    return groups;
  }

  private static Map<String, List<String>> random(Random random, int size) {
    Map<String, List<String>> groups = groups();
    for (int i = 0; i < size; i++) {
      List<String> values = new ArrayList<>();
      int longest = random.nextInt(20) == 0 ? 200_000 : 100;
      for (int count = random.nextInt(random.nextInt(10) == 0 ? 3000 : 5); count > 0; count--) {
        int length = random.nextInt(random.nextInt(200) == 0 ? longest : 100);
        values.add("v" + random.nextInt() + "x".repeat(length));
      }
      groups.put("key" + random.nextInt(2 * size), values);
    }
    return groups;
  }

  @Test
  void whatIsWrittenIsRead() {
    for (long seed = 0; seed < 20; seed++) {
      Map<String, List<String>> groups = random(new Random(seed), seed % 2 == 0 ? 5 : 300);
      assertThat("seed " + seed, read(List.of(write(groups))), is(groups));
    }
  }

  @Test
  void aRunWithoutGroupsHasNone() {
    assertThat(read(List.of(write(Map.of()))).entrySet(), empty());
  }

  @Test
  void valuesArePassedOver() {
    Map<String, List<String>> groups = random(new Random(1), 300);
    RunReader in = new RunReader(write(groups));
    List<String> keys = new ArrayList<>();
    Random random = new Random(2);
    while (in.next()) {
      keys.add(new String(in.key(), UTF_8));
      for (int i = random.nextInt(3); i > 0 && in.nextChunk(); i--) {
        if (random.nextBoolean()) {
          in.readChunk();
        }
      }
      if (random.nextInt(5) == 0) {
        in.pause();
      }
    }
    assertThat(keys, is(List.copyOf(groups.keySet())));
  }

  @Test
  void aReaderFindsEachKeyGroup() {
    for (long seed = 0; seed < 5; seed++) {
      Map<String, List<String>> groups = random(new Random(seed), seed == 0 ? 3 : 200);
      Run run = write(groups);
      RunReader again = new RunReader(run);
      for (int wanted = 0; wanted <= KEY_GROUPS; wanted++) {
        List<String> expected = new ArrayList<>();
        for (String key : groups.keySet()) {
          if (keyGroup(key) >= wanted) {
            expected.add(key);
          }
        }
        List<String> found = new ArrayList<>();
        RunReader in = wanted % 2 == 0 ? new RunReader(run) : again;
        in.passTo(wanted);
        while (in.next()) {
          found.add(new String(in.key(), UTF_8));
        }
        assertThat("seed " + seed + ", key group " + wanted, found, is(expected));
      }
    }
  }

  @Test
  void runsAreMergedInTheirOrder() {
    Random random = new Random(3);
    Map<String, List<String>> expected = groups();
    List<Run> runs = new ArrayList<>();
    try (RunWriter writer = new RunWriter(directory, 0)) {
      for (int i = 0; i < 20; i++) {
        Map<String, List<String>> groups = random(random, 30);
        boolean replaces = i == 4 || i == 11;
        groups.forEach(
            (key, values) -> {
              List<String> all = expected.computeIfAbsent(key, k -> new ArrayList<>());
              if (replaces) {
                all.clear();
              }
              all.addAll(values);
            });
        runs.add(write(writer, groups, replaces));
      }
    }
    assertThat(read(runs), is(expected));
    try (RunWriter writer = new RunWriter(directory, 0)) {
      Run newer = RunMerge.toOne(runs.subList(3, 20), writer, Collections.nCopies(17, false));
      List<Run> fewer = new ArrayList<>(runs.subList(0, 3));
      fewer.add(newer);
      assertThat("what they replace they replace together", read(fewer), is(expected));
    }
  }

  @Test
  void mergedRunsKnowWhatIsStored() {
    Run run = write(Map.of("a", Collections.nCopies(1500, "x")));
    for (boolean all : new boolean[] {false, true}) {
      try (RunWriter writer = new RunWriter(directory, 0)) {
        Run merged = RunMerge.toOne(List.of(run), writer, List.of(all));
        RunReader in = new RunReader(merged);
        in.next();
        List<Boolean> stored = new ArrayList<>();
        while (in.nextChunk()) {
          stored.add(in.isStored());
        }
        assertThat(stored, contains(true, all));
      }
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory.path())) {
      return files.filter(file -> !file.endsWith("LOCK")).toList();
    }
  }

  @Test
  void aFileIsThereAsLongAsOneOfItsRuns() throws IOException {
    Run one;
    Run other;
    try (RunWriter writer = new RunWriter(directory, 0)) {
      one = write(writer, Map.of("a", List.of("x")), false);
      other = write(writer, Map.of("a", List.of("y")), false);
    }
    one.release();
    assertThat(read(List.of(other)), is(Map.of("a", List.of("y"))));
    other.release();
    assertThat(files(), empty());
  }

  @Test
  void aFlippedByteIsFound() throws IOException {
    Map<String, List<String>> groups = random(new Random(4), 300);
    Run run = write(groups);
    Path file = files().get(0);
    Random random = new Random(5);
    for (int i = 0; i < 50; i++) {
      long at = i < 20 ? i : (long) (random.nextDouble() * Files.size(file));
      flip(file, at);
      SpillException damaged =
          assertThrows(SpillException.class, () -> read(List.of(run)), "byte " + at);
      assertThat(damaged.getMessage(), containsString(file + " is damaged: "));
      flip(file, at);
    }
    assertThat(read(List.of(run)), is(groups));
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int value = bytes.read();
      bytes.seek(at);
      bytes.write(value ^ 4);
    }
  }

  // Values

  /** The values of a key, in two runs and in memory. */
  private LazyValues<String> lazy(List<String> one, List<String> other, List<String> memory) {
    List<LazyValues.Part<String>> parts = new ArrayList<>();
    List<Run> runs = new ArrayList<>();
    for (List<String> values : List.of(one, other)) {
      Run run = write(Map.of("a", values));
      RunReader in = new RunReader(run);
      in.next();
      parts.add(new LazyValues.Slice<>(run, in.values()));
      runs.add(run);
    }
    parts.add(new LazyValues.InMemory<>(memory));
    LazyValues<String> lazy = new LazyValues<>(CODER, parts);
    runs.forEach(Run::release); // its window has fired
    return lazy;
  }

  private static List<String> numbers(int from, int to) {
    List<String> numbers = new ArrayList<>();
    for (int i = from; i < to; i++) {
      numbers.add("number " + i);
    }
    return numbers;
  }

  private LazyValues<String> lazy() {
    return lazy(numbers(0, 20_000), numbers(20_000, 20_001), numbers(20_001, 20_003));
  }

  private static <T> List<T> all(Iterable<T> values) {
    List<T> all = new ArrayList<>();
    values.forEach(all::add);
    return all;
  }

  @Test
  void valuesAreReadAsOftenAsTheyAreIterated() {
    LazyValues<String> lazy = lazy();
    assertThat(all(lazy), is(numbers(0, 20_003)));
    assertThat(all(lazy), is(numbers(0, 20_003)));
    assertThat(all(lazy(List.of(), List.of("x"), List.of())), contains("x"));
    assertThat(all(lazy(List.of(), List.of(), List.of())), empty());
  }

  @Test
  void iteratorsDoNotDisturbEachOther() {
    LazyValues<String> lazy = lazy();
    Iterator<String> one = lazy.iterator();
    Iterator<String> other = lazy.iterator();
    for (int i = 0; i < 20_003; i++) {
      assertThat(one.next(), is("number " + i));
      if (i >= 7) {
        assertThat(other.next(), is("number " + (i - 7)));
      }
    }
    assertThat(one.hasNext(), is(false));
    assertThat(other.next(), is("number 19996"));
  }

  @Test
  void filesAreDeletedWhenNobodyHasTheValuesAnyMore() throws Exception {
    LazyValues<String> lazy = lazy();
    Iterator<String> rest = lazy.iterator();
    assertThat(rest.next(), is("number 0"));
    lazy = null;
    System.gc();
    for (int i = 1; i < 20_003; i++) {
      assertThat("the iterator holds them", rest.next(), is("number " + i));
    }
    rest = null;
    for (int i = 0; i < 200 && !files().isEmpty(); i++) {
      System.gc();
      Thread.onSpinWait();
    }
    assertThat(files(), empty());
  }

  @Test
  void valuesAreGoneWithTheirPipeline() {
    LazyValues<String> lazy = lazy();
    Iterator<String> half = lazy.iterator();
    half.next();
    directory.close();
    assertThrows(SpillException.class, () -> all(lazy));
    assertThrows(
        SpillException.class,
        () -> {
          while (half.hasNext()) {
            half.next();
          }
        });
  }
}
