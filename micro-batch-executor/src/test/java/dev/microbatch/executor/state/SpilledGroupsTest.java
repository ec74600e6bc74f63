package dev.microbatch.executor.state;

import static dev.microbatch.executor.state.Stores.CODEC;
import static dev.microbatch.executor.state.Stores.KEY_GROUPS;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.memory.MemoryBudget;
import dev.microbatch.executor.memory.MemorySettings;
import dev.microbatch.executor.memory.SharedMemory;
import dev.microbatch.executor.spill.LazyValues;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.joda.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Group tables that spill, beside those that do not. */
class SpilledGroupsTest {

  @TempDir Path temp;

  private final UUID execution = UUID.randomUUID();
  private final List<AutoCloseable> closers = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closer : closers) {
      closer.close();
    }
    assertThat("nothing stays behind", files(), empty());
  }

  /** The runs that are there. Another thread may delete some meanwhile, which a walk would mind. */
  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        temp,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.getFileName().toString().startsWith("run-")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return files;
  }

  private MemorySettings settings(long budget, boolean always) {
    return new MemorySettings(execution, "test", budget, temp.toString(), true, always);
  }

  private StageState open(StateBackend backend, KeyGroupRange range) {
    StageState state = backend.open("step", Stores.layout(CODEC, true, range));
    closers.add(state.closer());
    return state;
  }

  @SuppressWarnings("unchecked") // What is grouped here are strings.
  private static GroupContent gathering() {
    return new GroupContent((Coder<Object>) (Coder<?>) StringUtf8Coder.of(), null, false);
  }

  @SuppressWarnings("unchecked") // What is combined here are numbers.
  private static GroupContent summing() {
    Coder<?> coder = Sum.ofLongs().getAccumulatorCoder(null, VarLongCoder.of());
    CombineFn<?, ?, ?> sum = Sum.ofLongs();
    return new GroupContent((Coder<Object>) coder, (CombineFn<Object, Object, Object>) sum, false);
  }

  /** Keeps the latest of the values in its order; its accumulators change and are lists. */
  private static final class Latest extends CombineFn<String, List<String>, List<String>> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<String> createAccumulator() {
      return new ArrayList<>();
    }

    @Override
    public List<String> addInput(List<String> accumulator, String input) {
      accumulator.add(input);
      return accumulator;
    }

    @Override
    public List<String> mergeAccumulators(Iterable<List<String>> accumulators) {
      List<String> first = null;
      for (List<String> each : accumulators) {
        if (first == null) {
          first = each;
        } else {
          first.addAll(each);
        }
      }
      return first;
    }

    @Override
    public List<String> extractOutput(List<String> accumulator) {
      List<String> sorted = new ArrayList<>(accumulator);
      sorted.sort(null);
      accumulator.add("extracted before");
      return sorted;
    }
  }

  @SuppressWarnings("unchecked") // What is combined here are strings.
  private static GroupContent latest() {
    Coder<?> coder = ListCoder.of(StringUtf8Coder.of());
    CombineFn<?, ?, ?> fn = new Latest();
    return new GroupContent((Coder<Object>) coder, (CombineFn<Object, Object, Object>) fn, false);
  }

  private static void add(
      GroupTables tables, List<IntervalWindow> windows, long watermark, String key, Object value) {
    GroupTables.Table table = tables.find(windows);
    if (table == null) {
      table = tables.create(windows, watermark);
    }
    table.add(CODEC.comparable(key), CODEC.hash(key), key, value);
  }

  private static List<IntervalWindow> sliding(long period, long time) {
    List<IntervalWindow> windows = new ArrayList<>();
    for (long start = Math.floorDiv(time, period) * period; start > time - 10; start -= period) {
      windows.add(
          new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(start + 10)));
    }
    return windows;
  }

  private static Object taken(Object result) {
    if (result instanceof Iterable<?> values) {
      List<Object> all = new ArrayList<>();
      values.forEach(all::add);
      return all;
    }
    return result;
  }

  private static void fire(GroupTables tables, Map<String, Object> fired) {
    GroupTables.ClosedWindow closed = tables.removeFirst();
    closed.emit(
        (key, result) -> {
          Object before = fired.put(closed.window() + " " + key, taken(result));
          assertThat("a key comes once: " + key, before == null, is(true));
        });
  }

  /** Tables in as many partitions as one likes, and what they have committed. */
  private final class House {
    private final StateBackend backend;
    private final GroupContent content;
    private final Map<String, Object> fired = new TreeMap<>();
    private final List<List<StateEntry>> committed = new ArrayList<>();
    private List<StageState> states = new ArrayList<>();
    private List<GroupTables> tables = new ArrayList<>();

    House(StateBackend backend, GroupContent content) {
      this.backend = backend;
      this.content = content;
      start(1);
    }

    private void start(int partitions) {
      states = new ArrayList<>();
      tables = new ArrayList<>();
      for (int i = 0; i < partitions; i++) {
        states.add(open(backend, KeyGroupRange.ofPartition(i, partitions, KEY_GROUPS)));
        tables.add(states.get(i).groupTables(content));
      }
    }

    void add(List<IntervalWindow> windows, long watermark, String key, Object value) {
      int group = KeyCodec.keyGroup(CODEC.hash(key), KEY_GROUPS);
      int partition = KeyCodec.partition(group, KEY_GROUPS, tables.size());
      SpilledGroupsTest.add(tables.get(partition), windows, watermark, key, value);
    }

    void fireBefore(long watermark) {
      for (GroupTables each : tables) {
        while (each.anyEndsBefore(watermark)) {
          fire(each, fired);
        }
      }
    }

    void commit(long number, SnapshotScope scope, Runnable meanwhile) throws IOException {
      List<FrozenPart> parts = new ArrayList<>();
      tables.forEach(each -> parts.add(each.freeze(number, scope)));
      meanwhile.run();
      for (int i = 0; i < parts.size(); i++) {
        List<StateEntry> entries = new ArrayList<>();
        List<StateEntry> again = new ArrayList<>();
        parts.get(i).writeTo(entries::add);
        parts.get(i).writeTo(again::add);
        assertThat("it may be written again", again.size(), is(entries.size()));
        parts.get(i).close();
        int last = StateEntry.NO_KEY_GROUP;
        for (StateEntry entry : entries) {
          assertThat("in order of key group", entry.keyGroup() >= last, is(true));
          last = entry.keyGroup();
        }
        while (committed.size() <= i) {
          committed.add(new ArrayList<>());
        }
        committed
            .get(i)
            .removeIf(entry -> scope.contains(entry.keyGroup()) && entry.keyGroup() >= 0);
        committed.get(i).addAll(entries);
      }
    }

    void restart(int partitions) throws IOException {
      int before = tables.size();
      start(partitions);
      for (GroupTables each : tables) {
        for (List<StateEntry> entries : committed) {
          for (StateEntry entry : entries) {
            each.restore(entry);
          }
        }
      }
      if (before != partitions) {
        committed.clear();
        commit(0, SnapshotScope.EVERYTHING, () -> {});
      }
    }

    void endBatch() {
      states.forEach(StageState::endBatch);
    }
  }

  private static Object value(GroupContent content, Random random, int number) {
    if (content.combineFn() != null && !((Object) content.combineFn() instanceof Latest)) {
      return (long) number;
    }
    return "v" + number + "x".repeat(random.nextInt(30) == 0 ? 40_000 : 3);
  }

  private void differential(long seed) throws IOException {
    Random random = new Random(seed);
    GroupContent content = List.of(gathering(), summing(), latest()).get(random.nextInt(3));
    long period = List.of(10L, 10L, 5L, 3L).get(random.nextInt(4));
    House heap = new House(StateBackend.HEAP, content);
    boolean always = random.nextBoolean();
    House spilling =
        new House(new SpillingStateBackend(settings(always ? 1 << 30 : 1, always)), content);
    List<House> both = List.of(heap, spilling);
    long watermark = 0;
    for (int step = 1; step < 80; step++) {
      int what = random.nextInt(20);
      long now = watermark;
      if (what < 14) {
        int adds = random.nextInt(12);
        for (int i = 0; i < adds; i++) {
          long time = watermark + random.nextInt(25);
          String key = "k" + random.nextInt(random.nextBoolean() ? 3 : 40);
          Object value = value(content, random, step * 100 + i);
          both.forEach(house -> house.add(sliding(period, time), now, key, value));
        }
      } else if (what < 16) {
        watermark += random.nextInt(8);
        for (House house : both) {
          house.fireBefore(watermark);
        }
        assertThat(spilling.fired, is(heap.fired));
      } else if (what < 17) {
        both.forEach(House::endBatch);
      } else if (what < 19) {
        int first = random.nextInt(KEY_GROUPS);
        SnapshotScope scope =
            random.nextInt(3) > 0
                ? SnapshotScope.CHANGES
                : new SnapshotScope(
                    random.nextBoolean(),
                    new KeyGroupRange(first, first + random.nextInt(KEY_GROUPS - first + 1)));
        long time = watermark + random.nextInt(25);
        Object value = value(content, random, step * 100);
        for (House house : both) {
          house.commit(
              step,
              scope,
              () -> {
                house.add(sliding(period, time), now, "k1", value);
                house.endBatch();
              });
        }
      } else {
        int partitions = 1 + random.nextInt(3);
        for (House house : both) {
          house.commit(step, SnapshotScope.CHANGES, () -> {});
          house.restart(partitions);
        }
      }
    }
    both.forEach(house -> house.fireBefore(Long.MAX_VALUE));
    assertThat(spilling.fired, is(heap.fired));
  }

  @Test
  void whatSpillsIsWhatDoesNotInRandomHistories() throws IOException {
    long first = Long.getLong("spill.seed", 1);
    for (long seed = first; seed < first + Integer.getInteger("spill.cases", 25); seed++) {
      try {
        differential(seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("-Dspill.seed=" + seed + " -Dspill.cases=1", e);
      }
    }
  }

  @Test
  void theBudgetDecidesWhatIsInMemory() throws IOException {
    MemorySettings settings = settings(8 * MemoryBudget.PIECE, false);
    StageState state = open(new SpillingStateBackend(settings), Stores.ALL);
    SharedMemory shared = SharedMemory.open(settings);
    closers.add(shared.use());
    GroupTables tables = state.groupTables(gathering());
    String value = "x".repeat(100);
    int number = 0;
    for (; number < 5_000; number++) {
      add(tables, sliding(10, 0), 0, "key " + number, value);
    }
    assertThat("it fits", files(), empty());
    assertThat(shared.budget().granted(), greaterThan(5_000L * 100));
    for (; number < 50_000; number++) {
      add(tables, sliding(10, 0), 0, "key " + number, value);
      assertThat(shared.budget().granted(), lessThan(10 * MemoryBudget.PIECE));
    }
    assertThat(files().size(), greaterThan(2));
    int[] keys = {0};
    tables.removeFirst().emit((key, values) -> keys[0]++);
    assertThat(keys[0], is(50_000));
    assertThat(files(), empty());
    assertThat(shared.budget().granted(), is(0L));
  }

  @Test
  void manyValuesAreReadWhenTheyAreIteratedAlsoAfterTheirWindow() throws Exception {
    StageState state = open(new SpillingStateBackend(settings(1, true)), Stores.ALL);
    GroupTables tables = state.groupTables(gathering());
    List<Object> expected = new ArrayList<>();
    for (int i = 0; i < 305; i++) { // the last ones are in memory
      String value = i + "x".repeat(1_000);
      expected.add(value);
      add(tables, sliding(10, 0), 0, "a", value);
    }
    add(tables, sliding(10, 0), 0, "b", "few");
    List<Object> kept = new ArrayList<>();
    tables.removeFirst().emit((key, values) -> kept.add(values));
    state.endBatch();
    Object many = kept.get(0) instanceof LazyValues ? kept.get(0) : kept.get(1);
    assertThat(many, instanceOf(LazyValues.class));
    assertThat(taken(many), is(expected));
    assertThat(taken(many), is(expected));
    assertThat(
        kept.stream().map(SpilledGroupsTest::taken).toList().contains(List.of("few")), is(true));
    many = null;
    kept.clear();
    for (int i = 0; i < 200 && !files().isEmpty(); i++) {
      System.gc();
      Thread.onSpinWait();
    }
    assertThat("nobody has them any more", files(), empty());
  }

  @Test
  void aDeltaHasWhatIsNewAsItWasWritten() throws IOException {
    StageState state = open(new SpillingStateBackend(settings(1, true)), Stores.ALL);
    GroupTables tables = state.groupTables(gathering());
    for (String value : List.of("1", "2")) {
      add(tables, sliding(10, 0), 0, "a", value);
    }
    assertThat(values(tables.freeze(1, SnapshotScope.CHANGES)), contains("PUT[1, 2]"));
    add(tables, sliding(10, 0), 0, "a", "3");
    state.endBatch();
    add(tables, sliding(10, 0), 0, "a", "4");
    assertThat(values(tables.freeze(2, SnapshotScope.CHANGES)), contains("APPEND[3]", "APPEND[4]"));
    assertThat(values(tables.freeze(3, SnapshotScope.CHANGES)), empty());
    state.endBatch();
    assertThat(
        "it moved, and did not change", values(tables.freeze(4, SnapshotScope.CHANGES)), empty());
    assertThat(
        values(tables.freeze(5, SnapshotScope.EVERYTHING)),
        contains("PUT[1, 2]", "APPEND[3]", "APPEND[4]"));
    tables
        .removeFirst()
        .emit((key, values) -> assertThat(taken(values), is(List.of("1", "2", "3", "4"))));
  }

  private static List<String> values(FrozenPart part) throws IOException {
    List<String> values = new ArrayList<>();
    part.writeTo(
        entry -> {
          List<Object> of = new ArrayList<>();
          GroupEntry.values(entry, gathering().coder(), of::add);
          values.add(entry.op() + of.toString());
        });
    part.close();
    return values;
  }

  @Test
  void manyRunsAreMergedToFewer() throws IOException {
    StageState state = open(new SpillingStateBackend(settings(1, true)), Stores.ALL);
    for (GroupContent content : List.of(gathering(), summing())) {
      GroupTables tables = state.groupTables(content);
      List<Object> expected = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        Object value = content.gathers() ? "v" + i : (Object) (long) i;
        expected.add(value);
        add(tables, sliding(10, 0), 0, "a", value);
        state.endBatch();
      }
      assertThat(files().size(), lessThan(130));
      tables
          .removeFirst()
          .emit(
              (key, values) ->
                  assertThat(
                      taken(values), is(content.gathers() ? expected : (Object) (299L * 150))));
    }
  }
}
