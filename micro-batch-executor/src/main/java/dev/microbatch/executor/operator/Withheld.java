package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.RecordCoder;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.TrackedEntries;
import dev.microbatch.executor.time.EventTime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Records that wait to be let in, in the order in which they came. They are part of each commit.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class Withheld implements Checkpointed {

  private final String purpose;
  private final StateForm form;
  private final RecordCoder coder;
  private final TrackedEntries entries;
  private List<Waiting> waiting = new ArrayList<>();
  private long earliest = EventTime.MAX;
  private long earliestWindow = EventTime.MAX;
  private long next;

  /**
   * A record that waits.
   *
   * @param id tells it from all others of this step
   * @param value the value
   * @param meta its metadata, with one window
   * @param key the comparable form of its key; null if it did not come by key
   * @param hash the hash of its key
   * @param batch the batch that it came in; smaller than any if it was restored
   */
  record Waiting(String id, Object value, Meta meta, @Nullable Object key, int hash, long batch) {}

  /** Lets a record in, or not. */
  @FunctionalInterface
  interface Gate {
    /**
     * Decides about a record, and processes it if it may come in.
     *
     * @return whether it has come in, or is dropped
     * @throws Exception whatever user code throws
     */
    boolean letIn(Waiting record) throws Exception;
  }

  /**
   * Creates an empty list.
   *
   * @param purpose what the records wait for, as it stands in commits
   * @param form how they are encoded
   */
  Withheld(String purpose, StateForm form) {
    this.purpose = purpose;
    this.form = form;
    this.coder = new RecordCoder(form.valueCoder(), form.windowCoder());
    this.entries = new TrackedEntries(StateEntry.Kind.WITHHELD, form.tracked());
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The record that has waited longest. */
  Waiting first() {
    return waiting.get(0);
  }

  /** The earliest timestamp, in milliseconds. */
  long earliest() {
    return earliest;
  }

  /** The earliest end of a window, in milliseconds. */
  long earliestWindow() {
    return earliestWindow;
  }

  /** Adds a record with one window. */
  void add(Object value, Meta meta, @Nullable Object key, int hash, long batch) {
    String id = form.partition() + "-" + next++;
    add(new Waiting(id, value, meta, key, hash, batch));
    entries.put(keyGroup(key, hash), purpose, id, () -> encode(value, meta));
  }

  private int keyGroup(@Nullable Object key, int hash) {
    return key == null ? StateEntry.NO_KEY_GROUP : form.keyGroup(hash);
  }

  private void add(Waiting record) {
    waiting.add(record);
    earliest = Math.min(earliest, record.meta().timestamp());
    earliestWindow = Math.min(earliestWindow, record.meta().window().maxTimestamp().getMillis());
  }

  private byte[] encode(Object value, Meta meta) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    coder.encode(value, meta, out);
    return out.toByteArray();
  }

  /** Shows each record to the gate, in order; those that come in do not wait any more. */
  void release(Gate gate) throws Exception {
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
    String id = entry.cell();
    next = Math.max(next, Long.parseLong(id.substring(id.indexOf('-') + 1)) + 1);
    entries.restore(entry);
    RecordCoder.Decoded record = coder.decode(new ByteArrayInputStream(entry.value()));
    Object key = null;
    int hash = 0;
    if (entry.keyGroup() != StateEntry.NO_KEY_GROUP) {
      Object userKey = ((KV<?, ?>) record.value()).getKey();
      key = form.keyCodec().comparable(userKey);
      hash = form.keyCodec().hash(userKey, key);
    }
    add(new Waiting(id, record.value(), record.meta(), key, hash, Long.MIN_VALUE));
  }
}
