package dev.microbatch.executor.source;

import dev.microbatch.executor.checkpoint.Sha256;
import dev.microbatch.executor.log.Warnings;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.MalformedEntryException;
import dev.microbatch.executor.state.RecordIdEntry;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.time.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;

/**
 * The ids of the records that splits have given lately, for sources that may deliver a record
 * twice.
 *
 * <p>An id is remembered as the first 128 bits of its SHA-256, by split, for at least the given
 * time after it was seen last, and for at most twice as long. If there are more ids than memory is
 * given, the oldest are forgotten early, and that is said once.
 *
 * <p>In a commit an entry is a chunk of the ids of a generation of a split, see {@link
 * RecordIdEntry}.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class RecordIds implements Checkpointed {

  private static final Logger LOG = Warnings.logger(RecordIds.class);

  /** How many ids are added between two looks at how much memory they take. */
  private static final int BOUND_MASK = 1023;

  private final Clock clock;
  private final boolean tracked;
  private final RecordIdMemory memory;
  private final MessageDigest sha256;
  private final Map<Integer, SplitIds> splits = new TreeMap<>();
  private boolean unsettled;
  private boolean warned;
  private int added;

  /**
   * Creates the memory, with nothing in it.
   *
   * @param clock measures how old ids are
   * @param tracked whether there will be commits
   * @param memory how much is remembered
   */
  RecordIds(Clock clock, boolean tracked, RecordIdMemory memory) {
    this.clock = clock;
    this.tracked = tracked;
    this.memory = memory;
    this.sha256 = Sha256.digest();
  }

  /**
   * Remembers a record.
   *
   * @param split the index of its split
   * @param recordId its id
   * @return whether it is new
   */
  boolean add(int split, byte[] recordId) {
    long now = clock.nanos();
    settle(now);
    SplitIds ids = ids(split, now);
    expire(ids, now);
    boolean isNew = ids.add(hash(recordId));
    if (isNew && (++added & BOUND_MASK) == 0) {
      bound(ids, now);
    }
    return isNew;
  }

  private SplitIds ids(int split, long now) {
    SplitIds ids = splits.get(split);
    if (ids == null) {
      ids = new SplitIds(now);
      splits.put(split, ids);
    }
    return ids;
  }

  private SplitIds.Id hash(byte[] recordId) {
    ByteBuffer hash = ByteBuffer.wrap(sha256.digest(recordId));
    return new SplitIds.Id(hash.getLong(), hash.getLong());
  }

  private void expire(SplitIds ids, long now) {
    if (now - ids.startNanos() >= memory.nanos()) {
      boolean allOld = now - ids.startNanos() >= 2 * memory.nanos();
      ids.turn(now);
      if (allOld) {
        ids.forgetPrevious();
      }
    }
  }

  /** Forgets the largest old generation, or makes one of the split that grows. */
  private void bound(SplitIds growing, long now) {
    long bytes = 0;
    SplitIds largest = growing;
    for (SplitIds ids : splits.values()) {
      bytes += ids.bytes();
      if (ids.previousBytes() > largest.previousBytes()) {
        largest = ids;
      }
    }
    if (bytes < memory.maxBytes()) {
      return;
    }
    if (largest.previousBytes() == 0) {
      growing.turn(now);
      return;
    }
    warnOf(now - largest.startNanos()); // so old is the youngest of them
    largest.forgetPrevious();
  }

  private void warnOf(long nanos) {
    if (!warned) {
      warned = true;
      LOG.warn(
          "Ids of records are forgotten after {} s already, because they take {} MB. A record that"
              + " the source delivers again later than that counts twice. Give the process more"
              + " memory (-Xmx), or have them kept for no longer than {} ms",
          nanos / 1_000_000_000,
          memory.maxBytes() >> 20,
          nanos / 1_000_000);
    }
  }

  private void settle(long now) {
    if (unsettled) {
      unsettled = false;
      splits.values().forEach(ids -> ids.settle(now));
    }
  }

  @Override
  public FrozenPart freeze(long commit, SnapshotScope scope) {
    long now = clock.nanos();
    settle(now);
    boolean whole = scope.contains(StateEntry.NO_KEY_GROUP);
    List<Item> items = new ArrayList<>();
    splits.forEach(
        (split, ids) -> {
          expire(ids, now); // also where nothing comes any more
          ids.freeze(
              whole,
              !scope.isEverything(),
              (cell, captured, length) -> items.add(new Item(split, cell, captured, length)));
        });
    return new Part(tracked ? items : List.of());
  }

  /** A chunk as it was captured; without ids if it is to be removed. */
  private record Item(int split, String cell, long @Nullable [] ids, int length) {

    StateEntry entry() {
      return ids == null
          ? RecordIdEntry.delete(split, cell)
          : RecordIdEntry.put(split, cell, ids, length);
    }
  }

  /** What was captured. */
  private static final class Part implements FrozenPart {

    private volatile @Nullable List<Item> items;

    Part(List<Item> items) {
      this.items = items;
    }

    @Override
    public boolean isEmpty() {
      List<Item> all = items;
      return all == null || all.isEmpty();
    }

    @Override
    public void writeTo(EntrySink sink) throws IOException {
      List<Item> all = items;
      if (all == null) {
        throw new IllegalStateException("what was captured of record ids is closed");
      }
      for (Item item : all) {
        sink.accept(item.entry());
      }
    }

    @Override
    public void close() {
      items = null;
    }
  }

  @Override
  public boolean owns(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.RECORD_ID;
  }

  @Override
  public void restore(StateEntry entry) throws MalformedEntryException {
    RecordIdEntry stored = RecordIdEntry.parse(entry);
    unsettled = true;
    SplitIds ids = ids(stored.split(), clock.nanos());
    if (stored.isSingle()) {
      ids.restore(entry.cell(), hash(stored.ids()));
    } else {
      ids.restore(stored);
    }
  }
}
