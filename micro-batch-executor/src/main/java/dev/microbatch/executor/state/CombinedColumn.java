package dev.microbatch.executor.state;

import dev.microbatch.executor.combine.Accumulators;
import dev.microbatch.executor.spill.RunWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;

/** The accumulator of each key. */
final class CombinedColumn implements GroupColumn {

  private final Coder<Object> coder;
  private final Accumulators accumulators;

  /** What was captured of accumulators that may be mutated by the next addition, by their rows. */
  private final Map<Integer, FrozenGroup> frozen = new HashMap<>();

  /**
   * Creates it.
   *
   * @param coder the coder of the accumulators
   * @param accumulators an empty column
   */
  CombinedColumn(Coder<Object> coder, Accumulators accumulators) {
    this.coder = coder;
    this.accumulators = accumulators;
  }

  Accumulators accumulators() {
    return accumulators;
  }

  @Override
  public void create() {
    accumulators.create();
  }

  @Override
  public void add(int row, Object value, boolean first) {
    if (first) {
      touching(row);
    }
    accumulators.add(row, value);
  }

  /** To be called before an accumulator may be mutated, or is copied. */
  void touching(int row) {
    if (!frozen.isEmpty()) {
      FrozenGroup group = frozen.remove(row);
      if (group != null) {
        group.encodeNow();
      }
    }
  }

  /** To be called before any accumulator may be mutated, or is copied. */
  void touchingAll() {
    frozen.values().forEach(FrozenGroup::encodeNow);
    frozen.clear();
  }

  @Override
  public Capture capture(int row, boolean full) {
    touching(row);
    Object accumulator = accumulators.get(row);
    boolean mutable = !accumulators.isPrimitive() && !Values.immutable(accumulator);
    return new Capture(mutable, () -> Changes.of(encode(accumulator)));
  }

  @Override
  public void captured(int row, FrozenGroup group) {
    if (group.isMutable()) {
      frozen.put(row, group);
    }
  }

  @Override
  public void write(int row, boolean stored, RunWriter run) throws IOException {
    EncodedBytes out = new EncodedBytes();
    coder.encode(accumulators.get(row), out);
    run.chunk(1, stored, out.bytes(), 0, out.size());
  }

  @Override
  public GroupColumn empty() {
    return new CombinedColumn(coder, accumulators.empty());
  }

  @Override
  public Object weighed(int row, Object value) {
    return accumulators.get(row);
  }

  private Change encode(Object accumulator) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    coder.encode(accumulator, out);
    return new Change(StateEntry.Op.PUT, out.toByteArray());
  }

  @Override
  public void restore(int row, StateEntry entry) throws IOException {
    accumulators.set(row, GroupEntry.accumulator(entry, coder));
  }
}
