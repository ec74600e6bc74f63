package dev.microbatch.executor.stage;

import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.MalformedEntryException;
import dev.microbatch.executor.state.RecordIdEntry;
import dev.microbatch.executor.state.SplitEntry;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.StateLayout;
import dev.microbatch.executor.state.StateStore;
import dev.microbatch.executor.state.WithheldEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives one stage in one partition back what it kept: from the same partition of the commit, or
 * from all of them if there is another number of partitions now. Keyed state goes by key group,
 * positions by split, records without a key by turns.
 */
final class StageRestore {

  private static final KeyGroupRange NO_KEYS = new KeyGroupRange(0, 0);

  private final RestoredStages from;
  private final String step;
  private final int partition;
  private final int parallelism;
  private final StateLayout layout;
  private final List<Checkpointed> parts;
  private final EntrySink keyed;

  /** What has no key, without what was overwritten or removed later. */
  private final Map<Id, StateEntry> rest = new LinkedHashMap<>();

  /** The partition that is being read; records of different ones may have the same number. */
  private int reading;

  private record Id(StateEntry.Kind kind, int writer, ByteBuffer namespace, String cell) {}

  StageRestore(
      RestoredStages from,
      String step,
      int partition,
      int parallelism,
      StateLayout layout,
      StateStore store,
      List<Checkpointed> parts) {
    this.from = from;
    this.step = step;
    this.partition = partition;
    this.parallelism = parallelism;
    this.layout = layout;
    this.parts = parts;
    this.keyed = store.restoring(layout.range());
  }

  void run() throws IOException {
    if (isSame()) {
      from.read(step, partition, layout.range(), this::take);
      if (partition != 0) {
        from.read(step, 0, NO_KEYS, this::takeView);
      }
    } else {
      for (int old = 0; old < from.parallelism(); old++) {
        reading = old;
        from.read(step, old, layout.range(), this::take);
      }
    }
    if (isSame()) {
      giveOurs();
    } else {
      deal();
    }
  }

  private void giveOurs() throws IOException {
    for (StateEntry entry : rest.values()) {
      if (isOurs(entry)) {
        give(entry);
      }
    }
  }

  /** Takes our share of what waits, under new numbers, and of all else what is ours. */
  private void deal() throws IOException {
    int turn = 0;
    int number = 0;
    for (StateEntry entry : rest.values()) {
      if (entry.kind() != StateEntry.Kind.WITHHELD) {
        if (isOurs(entry)) {
          give(entry);
        }
      } else if (entry.keyGroup() == StateEntry.NO_KEY_GROUP
          ? turn++ % parallelism == partition
          : layout.range().contains(entry.keyGroup())) {
        give(WithheldEntry.renamed(entry, WithheldEntry.cell(partition, number++)));
      }
    }
  }

  private boolean isSame() {
    return from.parallelism() == parallelism;
  }

  private void take(StateEntry entry) throws IOException {
    switch (entry.kind()) {
      case CELL, HOLD, TIMER -> keyed.accept(entry);
      case GROUP, TRIGGERED_GROUP -> give(entry);
      case WITHHELD, VIEW, SPLIT, RECORD_ID, TIMES -> {
        Id id =
            new Id(entry.kind(), writer(entry), ByteBuffer.wrap(entry.namespace()), entry.cell());
        if (entry.op() == StateEntry.Op.PUT) {
          rest.put(id, entry);
        } else {
          rest.remove(id);
        }
      }
    }
  }

  private int writer(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.WITHHELD ? reading : 0;
  }

  /** The first partition stores the views of all. */
  private void takeView(StateEntry entry) throws IOException {
    if (entry.kind() == StateEntry.Kind.VIEW) {
      take(entry);
    }
  }

  private boolean isOurs(StateEntry entry) throws MalformedEntryException {
    return switch (entry.kind()) {
      case SPLIT -> SplitEntry.parse(entry).split() % parallelism == partition;
      case RECORD_ID -> RecordIdEntry.split(entry) % parallelism == partition;
      case CELL, HOLD, TIMER, GROUP, WITHHELD, VIEW, TIMES, TRIGGERED_GROUP -> true;
    };
  }

  private void give(StateEntry entry) throws IOException {
    boolean owned = false;
    for (Checkpointed part : parts) {
      if (part.owns(entry)) {
        part.restore(entry);
        owned = true;
      }
    }
    if (!owned) {
      throw new IOException(
          "the commit holds an entry of the kind "
              + entry.kind()
              + " that nothing in this step keeps any more. Run the step as it was when the commit"
              + " was written");
    }
  }
}
