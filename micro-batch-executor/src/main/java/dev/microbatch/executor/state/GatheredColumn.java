package dev.microbatch.executor.state;

import dev.microbatch.executor.combine.Chunks;
import dev.microbatch.executor.spill.RunWriter;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;

/** The values of each key: one stands for itself, more are in a list. */
final class GatheredColumn implements GroupColumn {

  private static final Object NOTHING =
      new Object() {
        @Override
        public String toString() {
          return "nothing";
        }
      };

  private final Coder<Object> coder;
  private final Chunks.Objects rows = new Chunks.Objects();
  private int size;

  /**
   * Creates it without rows.
   *
   * @param coder the coder of the values
   */
  GatheredColumn(Coder<Object> coder) {
    this.coder = coder;
  }

  @Override
  public void create() {
    rows.set(size++, NOTHING);
  }

  @Override
  @SuppressWarnings("unchecked") // No value of a user is of this class.
  public void add(int row, Object value, boolean first) {
    Object held = rows.get(row);
    if (held == NOTHING) {
      rows.set(row, value);
    } else if (held instanceof Elements<?> values) {
      ((Elements<Object>) values).add(value);
    } else {
      Elements<Object> values = new Elements<>();
      values.add(held);
      if (first) {
        values.capture(true);
      }
      values.add(value);
      rows.set(row, values);
    }
  }

  /** The values of now; the list never changes. */
  @SuppressWarnings("unchecked") // No value of a user is of this class.
  List<Object> values(int row) {
    Object held = rows.get(row);
    if (held == NOTHING) {
      return List.of();
    }
    return held instanceof Elements<?> values
        ? ((Elements<Object>) values).view()
        : Collections.singletonList(held);
  }

  /** Lets go of the values of a row. */
  void forget(int row) {
    rows.set(row, NOTHING);
  }

  @Override
  public Capture capture(int row, boolean full) {
    Object held = rows.get(row);
    boolean whole = full;
    List<?> added;
    if (held instanceof Elements<?> values) {
      whole |= values.captured() == 0;
      added = values.capture(full);
    } else {
      whole = true;
      added = values(row);
    }
    StateEntry.Op op = whole ? StateEntry.Op.PUT : StateEntry.Op.APPEND;
    return new Capture(false, () -> Changes.of(op, added, coder::encode));
  }

  @Override
  public void captured(int row, FrozenGroup group) {}

  @Override
  public void write(int row, boolean stored, RunWriter run) throws IOException {
    List<Object> all = values(row);
    int captured =
        stored ? all.size() : rows.get(row) instanceof Elements<?> list ? list.captured() : 0;
    write(all.subList(0, captured), true, run);
    write(all.subList(captured, all.size()), false, run);
  }

  private void write(List<Object> some, boolean stored, RunWriter run) throws IOException {
    EncodedBytes out = new EncodedBytes();
    int count = 0;
    for (Object value : some) {
      coder.encode(value, out);
      count++;
      if (out.size() >= Changes.CHUNK_BYTES) {
        run.chunk(count, stored, out.bytes(), 0, out.size());
        out.reset();
        count = 0;
      }
    }
    if (count > 0) {
      run.chunk(count, stored, out.bytes(), 0, out.size());
    }
  }

  @Override
  public GroupColumn empty() {
    return new GatheredColumn(coder);
  }

  @Override
  public Object weighed(int row, Object value) {
    return value;
  }

  @Override
  public void restore(int row, StateEntry entry) throws IOException {
    if (entry.op() == StateEntry.Op.PUT) {
      forget(row);
    }
    GroupEntry.values(entry, coder, value -> add(row, value, false));
    if (rows.get(row) instanceof Elements<?> values) {
      values.capture(true);
    }
  }
}
