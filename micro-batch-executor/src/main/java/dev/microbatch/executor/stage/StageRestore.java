package dev.microbatch.executor.stage;

import dev.microbatch.executor.operator.StateForm;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.StateStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
  private final StateForm form;
  private final List<Checkpointed> parts;
  private final EntrySink keyed;

  /** What has no key, without what was overwritten or removed later. */
  private final Map<Id, StateEntry> rest = new LinkedHashMap<>();

  private record Id(StateEntry.Kind kind, ByteBuffer namespace, String cell) {}

  StageRestore(
      RestoredStages from,
      String step,
      int partition,
      int parallelism,
      StateForm form,
      StateStore store,
      List<Checkpointed> parts) {
    this.from = from;
    this.step = step;
    this.partition = partition;
    this.parallelism = parallelism;
    this.form = form;
    this.parts = parts;
    this.keyed = store.restoring(form.range());
  }

  void run() throws IOException {
    if (isSame()) {
      from.read(step, partition, form.range(), this::take);
      if (partition != 0) {
        from.read(step, 0, NO_KEYS, this::takeView);
      }
    } else {
      for (int old = 0; old < from.parallelism(); old++) {
        from.read(step, old, form.range(), this::take);
      }
    }
    int turn = 0;
    for (StateEntry entry : rest.values()) {
      if (entry.kind() != StateEntry.Kind.WITHHELD || isSame()) {
        if (isOurs(entry)) {
          give(entry);
        }
      } else if (entry.keyGroup() == StateEntry.NO_KEY_GROUP
          ? turn++ % parallelism == partition
          : form.range().contains(entry.keyGroup())) {
        give(entry);
      }
    }
  }

  private boolean isSame() {
    return from.parallelism() == parallelism;
  }

  private void take(StateEntry entry) throws IOException {
    switch (entry.kind()) {
      case CELL, HOLD, TIMER -> keyed.accept(entry);
      case GROUP -> give(entry);
      case WITHHELD, VIEW, SPLIT, RECORD_ID, TIMES -> {
        Id id = new Id(entry.kind(), ByteBuffer.wrap(entry.namespace()), entry.cell());
        if (entry.op() == StateEntry.Op.PUT) {
          rest.put(id, entry);
        } else {
          rest.remove(id);
        }
      }
    }
  }

  /** The first partition stores the views of all. */
  private void takeView(StateEntry entry) throws IOException {
    if (entry.kind() == StateEntry.Kind.VIEW) {
      take(entry);
    }
  }

  private boolean isOurs(StateEntry entry) {
    return switch (entry.kind()) {
      case SPLIT -> Integer.parseInt(entry.cell()) % parallelism == partition;
      case RECORD_ID ->
          Integer.parseInt(new String(entry.namespace(), StandardCharsets.UTF_8)) % parallelism
              == partition;
      case CELL, HOLD, TIMER, GROUP, WITHHELD, VIEW, TIMES -> true;
    };
  }

  private void give(StateEntry entry) throws IOException {
    for (Checkpointed part : parts) {
      if (part.owns(entry)) {
        part.restore(entry);
      }
    }
  }
}
