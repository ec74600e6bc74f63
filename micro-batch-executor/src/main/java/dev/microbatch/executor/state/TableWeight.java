package dev.microbatch.executor.state;

import dev.microbatch.executor.memory.MemoryBudget;
import dev.microbatch.executor.memory.Spillable;
import dev.microbatch.executor.memory.Weigher;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How much memory group tables take, about. One addition in a few is looked at, and stands for
 * those before it: of large values each, of small ones one in {@value #MOST}. The others cost a
 * decrement.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class TableWeight {

  /** Of how many additions one is looked at. */
  private static final int MOST = 64;

  /** What is added between two looks weighs about so much at most, in bytes. */
  private static final long UNSEEN = MemoryBudget.PIECE / 4;

  /** For tests: how many values may be in memory where all is to leave it. */
  private static final int ALWAYS = 10;

  /** What a value takes besides itself: its header, and its place in a list. */
  private static final long PER_VALUE = 28;

  /** What a key takes besides itself: its places in index and column, its list. */
  private static final long PER_KEY = 80;

  /** How many bytes of the heap an object takes for each byte of its encoding. */
  private static final int HEAP_PER_ENCODED_BYTE = 3;

  private final MemoryBudget.@Nullable Account account;
  private final Spillable owner;
  private final boolean always;
  private final boolean gathers;
  private final Weigher keys;
  private final Weigher values;
  private long total;
  private long grant;

  /** What an accumulator has weighed of late, on average. */
  private long accumulator;

  /** How many additions there are from one look to the next. */
  private int interval;

  /** How many additions are left before the next look. */
  private int left;

  /** How many keys are new since the last look. */
  private int newKeys;

  /** For tests: how many entries were put back. */
  private int restored;

  /** For tests: whether everything is to leave memory. */
  private boolean due;

  /**
   * Nothing weighs anything yet.
   *
   * @param spill what is shared; null if nothing ever leaves memory
   * @param layout how keys are encoded
   * @param content what is kept for a key
   * @param owner spills the tables; not kept alive by what is shared
   */
  TableWeight(
      @Nullable SpillContext spill, StateLayout layout, GroupContent content, Spillable owner) {
    this.owner = owner;
    this.gathers = content.gathers();
    this.keys = Weigher.of(layout.keyCodec().coder());
    this.values =
        gathers || !content.accumulators().isPrimitive()
            ? Weigher.of(content.coder())
            : Weigher.constant();
    this.always = spill != null && spill.always();
    this.account = spill == null ? null : spill.open(owner);
    this.interval = account == null ? Integer.MAX_VALUE : always ? ALWAYS : 1;
    this.left = interval;
  }

  /** Whether the addition is one that is looked at. */
  boolean isTime() {
    return --left <= 0;
  }

  /** Counts a key that is new. */
  void created() {
    newKeys++;
  }

  /**
   * Looks at an addition.
   *
   * @param weight what the table that was added to has weighed so far
   * @param rows how many keys it has
   * @param key the key
   * @param value the value, or the accumulator that it was added to
   * @return what the table weighs now
   */
  long look(long weight, int rows, @Nullable Object key, @Nullable Object value) {
    long perKey = keys.measure(key) + PER_KEY;
    long each = values.measure(value) + PER_VALUE;
    long now;
    if (gathers) {
      now = weight + newKeys * perKey + interval * each;
    } else {
      accumulator = accumulator == 0 ? each : (7 * accumulator + each) / 8;
      now = rows * (perKey + accumulator);
    }
    newKeys = 0;
    if (always) {
      due = true;
    } else if (account != null) {
      interval = (int) Math.max(1, Math.min(MOST, UNSEEN / Math.max(1, each)));
    }
    left = interval;
    total += now - weight;
    return now;
  }

  /** What a table weighs to which so many bytes were put back. */
  long restored(long weight, int bytes) {
    long more = (long) bytes * HEAP_PER_ENCODED_BYTE + newKeys * PER_KEY;
    newKeys = 0;
    total += more;
    due |= always && ++restored % ALWAYS == 0;
    return weight + more;
  }

  /**
   * Asks for memory if more is held than was granted, which may make the owner spill. To be called
   * when nothing is being worked on.
   */
  void settle() {
    if (due) {
      due = false;
      owner.spill(total);
    } else if (total > grant && account != null) {
      grant = account.grow(total);
    }
  }

  /** Says that something of a weight is gone. */
  void remove(long weight) {
    total = Math.max(0, total - weight);
    if (account != null) {
      grant = account.release(total);
    }
  }

  /** To be called between two batches: gives back if that has been asked for. */
  void endBatch() {
    if (always) {
      owner.spill(total);
    } else if (account != null) {
      account.giveBackIfAsked();
    }
  }
}
