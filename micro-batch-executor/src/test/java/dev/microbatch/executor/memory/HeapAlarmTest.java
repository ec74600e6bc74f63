package dev.microbatch.executor.memory;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;

import java.io.IOException;
import java.lang.management.MemoryPoolMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeapAlarmTest {

  private static final long SIZE = 64 * MemoryBudget.PIECE;

  private final List<HeapAlarm.Gauge.Listener> gauges = new ArrayList<>();
  private final HeapAlarm alarm =
      new HeapAlarm(
          (percent, listener) -> {
            gauges.add(listener);
            return () -> gauges.remove(listener);
          });
  private final MemoryBudget budget = new MemoryBudget("wordcount", SIZE);
  private final List<HeapFullException> told = new ArrayList<>();

  private void collectionsLeave(int... percents) {
    for (int percent : percents) {
      gauges.get(0).left(percent, 100);
    }
  }

  @Test
  void aHeapThatFillsUpShrinksTheBudgets() {
    try (HeapAlarm.Watch watch = alarm.watch(budget)) {
      collectionsLeave(84);
      assertThat(budget.limit(), is(SIZE));
      collectionsLeave(85);
      assertThat(budget.limit(), is(SIZE / 4 * 3));
      collectionsLeave(85);
      assertThat(budget.limit(), lessThan(SIZE / 4 * 3));
    }
  }

  @Test
  void aHeapThatStaysFullFails() {
    budget.open("Count in partition 1", null).grow(8 << 20);
    try (HeapAlarm.Watch watch = alarm.watch(budget);
        HeapAlarm.Watch listening = alarm.listen(told::add)) {
      collectionsLeave(95, 96, 97, 98);
      assertThat("it may yet help that budgets have shrunk", told, empty());
      collectionsLeave(99);
      assertThat(told, hasSize(1));
      String message = told.get(0).getMessage();
      assertThat(message, containsString("99 %"));
      assertThat(message, containsString("wordcount, Count in partition 1: about 8 MB"));
      assertThat(message, containsString("-Xmx"));
    }
  }

  @Test
  void aHeapThatIsNotFullAfterAllDoesNotFail() {
    try (HeapAlarm.Watch listening = alarm.listen(told::add)) {
      collectionsLeave(95, 95, 95, 95, 94, 95, 95, 95, 95, 80);
      assertThat(told, empty());
    }
  }

  @Test
  void aHeapDoesNotFailWhileSomethingIsGivenBack() {
    MemoryBudget.Account[] account = new MemoryBudget.Account[1];
    account[0] = budget.open("a", wanted -> account[0].release(account[0].held() - wanted));
    account[0].grow(60 * MemoryBudget.PIECE);
    try (HeapAlarm.Watch watch = alarm.watch(budget);
        HeapAlarm.Watch listening = alarm.listen(told::add)) {
      for (int i = 0; i < 8; i++) {
        collectionsLeave(95);
        account[0].giveBackIfAsked();
      }
      assertThat(told, empty());
    }
  }

  @Test
  void nothingIsWatchedWhenNobodyListens() {
    assertThat(gauges, empty());
    HeapAlarm.Watch one = alarm.watch(budget);
    HeapAlarm.Watch other = alarm.listen(told::add);
    assertThat(gauges, hasSize(1));
    one.close();
    one.close();
    assertThat(gauges, hasSize(1));
    collectionsLeave(95, 95, 95, 95, 95);
    assertThat("it is not watched any more", budget.limit(), is(SIZE));
    other.close();
    assertThat(gauges, empty());
  }

  @Test
  void theJvmIsLeftAsItWas() {
    MemoryPoolMXBean pool = OldGeneration.pool().orElseThrow();
    long before = pool.getCollectionUsageThreshold();
    for (int i = 0; i < 3; i++) {
      try (HeapAlarm.Watch watch = HeapAlarm.ofProcess().watch(budget)) {
        assertThat(pool.getCollectionUsageThreshold(), greaterThan(0L));
      }
      assertThat(pool.getCollectionUsageThreshold(), is(before));
    }
  }

  /** Fills a heap, and says what it was told. */
  static final class FullHeap {
    private FullHeap() {}

    /** Ends with 0 when it is told that the heap is full. */
    public static void main(String[] args) throws Exception {
      MemoryBudget budget = new MemoryBudget("full", Runtime.getRuntime().maxMemory() / 2);
      HeapAlarm.ofProcess().watch(budget);
      HeapAlarm.ofProcess()
          .listen(
              full -> {
                System.out.println(
                    "shrunk: " + (budget.limit() < Runtime.getRuntime().maxMemory() / 2));
                System.out.println(full.getMessage());
                System.out.flush();
                Runtime.getRuntime().halt(0);
              });
      MemoryPoolMXBean pool = OldGeneration.pool().orElseThrow();
      List<byte[]> all = new ArrayList<>();
      for (int collections = 0; collections < 2000; collections++) {
        if (pool.getCollectionUsage().getUsed() < pool.getUsage().getMax() * 0.955) {
          for (int i = 0; i < 40; i++) {
            all.add(new byte[8_000]);
          }
        } else {
          TimeUnit.MILLISECONDS.sleep(20);
        }
        System.gc();
      }
      System.out.println("not told, with " + all.size());
      Runtime.getRuntime().halt(3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"G1", "Parallel", "Serial"})
  void aFullHeapIsFoundWithEveryCollector(String collector) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-XX:+Use" + collector + "GC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FullHeap.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(output, containsString("shrunk: true"));
    assertThat(output, containsString("The heap is full: "));
  }
}
