package dev.microbatch.executor.state;

import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.ReadableState;

/** Elements in the order in which they were added. What is read is a view that never changes. */
final class HeapBagState<T> extends Cell<HeapBagState<T>> implements BagState<T> {

  private Elements<T> elements = new Elements<>();
  private boolean replaced;

  private HeapBagState(HeapScope scope, Column column) {
    super(scope, column);
  }

  /** Bags by the coder of their elements. */
  record Type<T>(Coder<T> coder) implements Column.CellType {
    @Override
    public Cell<?> create(HeapScope scope, Column column) {
      return new HeapBagState<T>(scope, column);
    }
  }

  @SuppressWarnings("unchecked") // The column has made this cell.
  private Coder<T> coder() {
    return ((Type<T>) column().type()).coder();
  }

  @Override
  public void add(T value) {
    HeapBagState<T> live = live();
    live.changing();
    live.elements.add(value);
  }

  @Override
  public List<T> read() {
    HeapBagState<T> live = live();
    live.touching();
    return live.elements.view();
  }

  @Override
  public ReadableState<Boolean> isEmpty() {
    return Reading.of(() -> live().vacant());
  }

  @Override
  public void clear() {
    HeapBagState<T> live = live();
    if (!live.vacant()) {
      live.changing();
      // A new list, because views of the old one may be in use.
      live.elements = new Elements<>();
      live.replaced = true;
      live.mayBeVacant();
    }
  }

  @Override
  public HeapBagState<T> readLater() {
    return this;
  }

  @Override
  boolean vacant() {
    return elements.size() == 0;
  }

  @Override
  Capture capture(boolean all) {
    Coder<T> coder = coder();
    boolean whole = all || replaced;
    replaced = false;
    List<T> captured = elements.capture(whole);
    StateEntry.Op op = whole ? StateEntry.Op.PUT : StateEntry.Op.APPEND;
    boolean mutable = !Values.allImmutable(captured);
    return new Capture(mutable, () -> Changes.of(op, captured, coder::encode));
  }

  @Override
  void decode(Change change) throws IOException {
    if (change.op() == StateEntry.Op.PUT) {
      elements = new Elements<>();
    }
    Coder<T> coder = coder();
    change.forEach(in -> elements.add(coder.decode(in)));
  }

  @Override
  HeapBagState<T> self() {
    return this;
  }
}
