package dev.microbatch.executor.stage;

import com.google.common.collect.HashMultiset;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.LinkedListMultimap;
import com.google.common.collect.ListMultimap;
import com.google.common.collect.Multiset;
import com.google.common.collect.Multisets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.apache.beam.sdk.values.KV;

/**
 * The operator test kit: sends a scenario through a stage in every way in which an engine may do
 * it, and compares what comes out. A stage is right only if its records, with their timestamps,
 * windows and panes, are the same in each {@link Mode}, and come in the same batch of the scenario;
 * as many records must have been dropped as late, and the last watermark must be the same. What is
 * right is said by the test, of what {@link #check} gives back.
 *
 * <p>Besides, in every mode: the watermark that the stage sends does not go back, is never ahead of
 * that of any upstream partition, and no record comes out behind it, unless the scenario says that
 * {@linkplain #withLateInput late records come in}.
 *
 * <p>The programs, writers and codecs are the real ones. Only the engine around them is not: all
 * partitions run on one thread, in turn.
 *
 * <h2>What it does not prove</h2>
 *
 * <ul>
 *   <li>Anything about threads, queues and interruptions: that is the engine's contract.
 *   <li>That the loop gives the right headers: admission, pacing, retries and drains. Here every
 *       batch is a commit, it is durable before the next batch, and processing time is the
 *       scenario's.
 *   <li>That files hold what is frozen: entries stay in memory, and nothing of a commit is
 *       rewritten in turns.
 *   <li>That what was frozen may be written later than at once, while batches continue.
 *   <li>Order across keys, or among records that different upstream partitions send. All records of
 *       a key come from one partition here.
 *   <li>Nested calls: a full block that is absorbed while its producer still runs.
 *   <li>Speed, memory, and what holds only for more records than a block or a bundle takes.
 *   <li>That user code is called on no value after it has been handed on; {@code enforce} checks
 *       that.
 * </ul>
 *
 * <p>Not thread-safe.
 */
public final class StageHarness {

  /** How a scenario goes through a stage. */
  public enum Mode {
    /** All records of a batch at once, in one partition; nothing is tracked for commits. */
    ALL_AT_ONCE(false, false, false, false, false, 1),
    /** Each record in a batch of its own. */
    ONE_RECORD_PER_BATCH(true, false, false, false, false, 1),
    /** Each record in a block of its own. */
    ONE_RECORD_PER_BLOCK(false, true, false, false, false, 1),
    /** What comes in and what goes out is encoded and decoded. */
    ENCODED(false, false, true, false, false, 1),
    /** Frozen after each batch, and restored into a new instance. */
    RESTORED(false, false, false, true, false, 1),
    /** The same after each record. */
    RESTORED_AFTER_EACH_RECORD(true, false, false, true, false, 1),
    /** In several partitions, of which one stays behind for a batch. */
    PARALLEL(false, false, false, false, true, 3),
    /** In another number of partitions than all at once, with everything above. */
    PARALLEL_AND_RESTORED(true, true, true, true, true, 2),
    /** After each batch, restored into another number of partitions. */
    RESCALED(false, false, false, true, false, 2, 3, 1),
    /** The same after each record, while one partition stays behind. */
    RESCALED_AFTER_EACH_RECORD(true, false, true, true, true, 2, 4, 1);

    private final boolean oneRecordPerBatch;
    private final boolean oneRecordPerBlock;
    private final boolean encodes;
    private final boolean restores;
    private final boolean isUneven;
    private final ImmutableList<Integer> parallelisms;

    Mode(
        boolean oneRecordPerBatch,
        boolean oneRecordPerBlock,
        boolean encodes,
        boolean restores,
        boolean isUneven,
        Integer... parallelisms) {
      this.oneRecordPerBatch = oneRecordPerBatch;
      this.oneRecordPerBlock = oneRecordPerBlock;
      this.encodes = encodes;
      this.restores = restores;
      this.isUneven = isUneven;
      this.parallelisms = ImmutableList.copyOf(parallelisms);
    }

    boolean oneRecordPerBatch() {
      return oneRecordPerBatch;
    }

    boolean oneRecordPerBlock() {
      return oneRecordPerBlock;
    }

    boolean encodes() {
      return encodes;
    }

    boolean restores() {
      return restores;
    }

    boolean isUneven() {
      return isUneven;
    }

    /** How many partitions there are after so many batches. */
    int parallelism(long batches) {
      return parallelisms.get((int) (batches % parallelisms.size()));
    }
  }

  /**
   * What has come out.
   *
   * @param records the records, in their order
   * @param lateDrops how many records were dropped as late, once for each window
   * @param watermark the last one that was sent
   */
  public record Result(List<Emitted> records, long lateDrops, long watermark) {

    /** The values of the records. */
    public List<Object> values() {
      List<Object> values = new ArrayList<>();
      records.forEach(record -> values.add(record.value()));
      return values;
    }

    /** The values that came in a batch of the scenario. */
    public List<Object> values(int batch) {
      List<Object> values = new ArrayList<>();
      records.stream().filter(r -> r.batch() == batch).forEach(r -> values.add(r.value()));
      return values;
    }
  }

  private final OneStage stage;
  private final Set<Mode> modes = EnumSet.allOf(Mode.class);
  private Function<List<Emitted>, ?> comparable = HashMultiset::create;
  private boolean inOrderPerKey;
  private boolean lateInput;

  private StageHarness(OneStage stage) {
    this.stage = stage;
  }

  /** Puts a stage to the test. */
  public static StageHarness of(OneStage stage) {
    return new StageHarness(stage);
  }

  /**
   * Leaves modes out.
   *
   * @param why what is allowed to differ there
   */
  public StageHarness without(String why, Mode... left) {
    Objects.requireNonNull(why);
    modes.removeAll(List.of(left));
    return this;
  }

  /** Compares also the order of what comes out for each key: the values are pairs. */
  public StageHarness inOrderPerKey() {
    inOrderPerKey = true;
    return this;
  }

  /**
   * Compares something else than the records themselves, where those are allowed to differ.
   *
   * @param what what has to be the same of them
   */
  public StageHarness comparing(Function<List<Emitted>, ?> what) {
    comparable = what;
    return this;
  }

  /** Lets records come out behind the watermark, because some come in behind it. */
  public StageHarness withLateInput() {
    lateInput = true;
    return this;
  }

  /** Puts a source to the test. */
  public Result check() throws IOException {
    return check(new Scenario());
  }

  /**
   * Sends a scenario through the stage in every mode.
   *
   * @return what has come out, the same in all of them
   * @throws AssertionError if what came out differs; it names the mode
   */
  public Result check(Scenario scenario) throws IOException {
    ScheduledExecutorService timeLimits = Executors.newSingleThreadScheduledExecutor();
    try {
      Result first = null;
      for (Mode mode : modes) {
        Result result = new StageRun(stage, mode, timeLimits, lateInput).run(scenario);
        if (first == null) {
          first = result;
        } else {
          compare(mode, first, result);
        }
      }
      return first;
    } finally {
      timeLimits.shutdownNow();
    }
  }

  private void compare(Mode mode, Result expected, Result actual) {
    Object wanted = comparable.apply(expected.records());
    Object found = comparable.apply(actual.records());
    if (!wanted.equals(found)) {
      throw new AssertionError(
          mode + " puts out something else than all at once: " + difference(wanted, found));
    }
    if (inOrderPerKey && !byKey(expected).equals(byKey(actual))) {
      throw new AssertionError(
          mode
              + " puts out another order for a key: "
              + byKey(actual)
              + " instead of "
              + byKey(expected));
    }
    if (expected.lateDrops() != actual.lateDrops()) {
      throw new AssertionError(
          mode
              + " drops "
              + actual.lateDrops()
              + " late records instead of "
              + expected.lateDrops());
    }
    if (expected.watermark() != actual.watermark()) {
      throw new AssertionError(
          mode
              + " ends at the watermark "
              + actual.watermark()
              + " instead of "
              + expected.watermark());
    }
  }

  private static String difference(Object wanted, Object found) {
    if (wanted instanceof Multiset<?> all && found instanceof Multiset<?> other) {
      return "missing "
          + Multisets.difference(all, other)
          + ", too much "
          + Multisets.difference(other, all);
    }
    return found + " instead of " + wanted;
  }

  private static ListMultimap<Object, Object> byKey(Result result) {
    ListMultimap<Object, Object> byKey = LinkedListMultimap.create();
    for (Emitted record : result.records()) {
      byKey.put(((KV<?, ?>) record.value()).getKey(), record);
    }
    return byKey;
  }
}
