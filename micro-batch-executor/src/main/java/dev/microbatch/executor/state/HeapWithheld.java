package dev.microbatch.executor.state;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.RecordCoder;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Waiting records as a list of objects. */
final class HeapWithheld implements Withheld {

  private final String purpose;
  private final StateLayout layout;
  private final RecordCoder coder;
  private final TrackedEntries entries;
  private List<Waiting> waiting = new ArrayList<>();
  private long earliest = EventTime.MAX;
  private long earliestWindow = EventTime.MAX;
  private long next;

  /**
   * Creates an empty list.
   *
   * @param purpose what the records wait for, as it stands in commits
   * @param layout how they are encoded
   */
  HeapWithheld(String purpose, StateLayout layout) {
    this.purpose = purpose;
    this.layout = layout;
    this.coder = new RecordCoder(layout.valueCoder(), layout.windowCoder());
    this.entries = new TrackedEntries(StateEntry.Kind.WITHHELD, layout.tracked());
  }

  @Override
  public boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** How many records wait. */
  long size() {
    return waiting.size();
  }

  @Override
  public Waiting first() {
    return waiting.get(0);
  }

  @Override
  public long earliest() {
    return earliest;
  }

  @Override
  public long earliestWindow() {
    return earliestWindow;
  }

  @Override
  public void add(Object value, Meta meta, @Nullable Object key, int hash, long batch) {
    String id = WithheldEntry.cell(layout.partition(), next++);
    add(new Waiting(id, value, meta, key, hash, batch));
    entries.put(keyGroup(key, hash), purpose, id, () -> WithheldEntry.value(coder, value, meta));
  }

  private int keyGroup(@Nullable Object key, int hash) {
    return key == null ? StateEntry.NO_KEY_GROUP : layout.keyGroup(hash);
  }

  private void add(Waiting record) {
    waiting.add(record);
    earliest = Math.min(earliest, record.meta().timestamp());
    earliestWindow = Math.min(earliestWindow, record.meta().window().maxTimestamp().getMillis());
  }

  @Override
  public void release(Gate gate) throws Exception {
    List<Waiting> again = waiting;
    waiting = new ArrayList<>();
    earliest = EventTime.MAX;
    earliestWindow = EventTime.MAX;
    for (Waiting record : again) {
      if (gate.letIn(record)) {
        entries.remove(keyGroup(record.key(), record.hash()), purpose, record.id());
      } else {
        add(record);
      }
    }
  }

  @Override
  public boolean owns(StateEntry entry) {
    return entry.kind() == StateEntry.Kind.WITHHELD
        && new String(entry.namespace(), StandardCharsets.UTF_8).equals(purpose);
  }

  @Override
  public FrozenPart freeze(long commit, SnapshotScope scope) {
    return entries.freeze(scope);
  }

  @Override
  public void restore(StateEntry entry) throws IOException {
    WithheldEntry stored = WithheldEntry.parse(entry);
    RecordCoder.Decoded record = stored.record(coder);
    next = Math.max(next, stored.number() + 1);
    entries.restore(entry);
    Object key = null;
    int hash = 0;
    if (entry.keyGroup() != StateEntry.NO_KEY_GROUP) {
      if (!(record.value() instanceof KV<?, ?> kv)) {
        throw new MalformedEntryException(entry.kind(), "its record has a key group and no key");
      }
      Object userKey = kv.getKey();
      key = layout.keyCodec().comparable(userKey);
      hash = layout.keyCodec().hash(userKey, key);
    }
    add(new Waiting(entry.cell(), record.value(), record.meta(), key, hash, Long.MIN_VALUE));
  }
}
