package dev.microbatch.executor.state;

import java.util.ArrayList;
import java.util.List;

/** A restored cell that nobody has asked for yet, so that its coders are not known. */
final class StoredCell extends Cell<StoredCell> {

  private final List<Change> changes = new ArrayList<>(1);

  StoredCell(HeapScope scope, Column column) {
    super(scope, column);
  }

  List<Change> changes() {
    return changes;
  }

  @Override
  boolean vacant() {
    return changes.isEmpty();
  }

  @Override
  Capture capture(boolean all) {
    List<Change> captured = List.copyOf(changes);
    return new Capture(false, () -> Changes.of(captured));
  }

  @Override
  void decode(Change change) {
    switch (change.op()) {
      case PUT, CLEAR -> changes.clear();
      case APPEND, DELETE -> {}
    }
    if (change.op() != StateEntry.Op.CLEAR) {
      changes.add(change);
    }
  }

  @Override
  StoredCell self() {
    return this;
  }

  @Override
  public void clear() {
    throw new IllegalStateException("a stored cell is decoded before it is used");
  }
}
