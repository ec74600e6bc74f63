package dev.microbatch.executor.source;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.cache.RemovalNotification;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.TrackedEntries;
import dev.microbatch.executor.time.Clock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;

/**
 * The ids of the records that splits have given lately, for sources that may deliver a record
 * twice.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class RecordIds implements Checkpointed {

  /** How long an id is remembered after it was seen last. */
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  private static final byte[] NOTHING = {};

  private final TrackedEntries entries;
  private final Cache<Id, Boolean> seen;

  private record Id(String split, String id) {}

  RecordIds(Clock clock, boolean tracked) {
    this.entries = new TrackedEntries(StateEntry.Kind.RECORD_ID, tracked);
    this.seen =
        CacheBuilder.newBuilder()
            .expireAfterAccess(REMEMBERED)
            .concurrencyLevel(1)
            .ticker(
                new Ticker() {
                  @Override
                  public long read() {
                    return clock.nanos();
                  }
                })
            .removalListener(this::forgotten)
            .build();
  }

  private void forgotten(RemovalNotification<Id, Boolean> removed) {
    Id id = removed.getKey();
    if (removed.wasEvicted()) {
      entries.remove(id.split(), id.id());
    }
  }

  /**
   * Remembers a record.
   *
   * @return whether it is new
   */
  boolean add(int split, byte[] recordId) {
    Id id = new Id(Integer.toString(split), HexFormat.of().formatHex(recordId));
    if (seen.asMap().putIfAbsent(id, true) != null) {
      return false;
    }
    entries.put(StateEntry.NO_KEY_GROUP, id.split(), id.id(), () -> NOTHING);
    return true;
  }

  @Override
  public FrozenPart freeze(long commit, SnapshotScope scope) {
    return entries.freeze(scope);
  }

  @Override
  public boolean owns(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.RECORD_ID;
  }

  /** An id that was stored counts as seen now. */
  @Override
  public void restore(StateEntry entry) {
    entries.restore(entry);
    seen.put(new Id(new String(entry.namespace(), StandardCharsets.UTF_8), entry.cell()), true);
  }
}
