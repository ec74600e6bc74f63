package dev.microbatch.executor.state;

import java.io.IOException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.util.CoderUtils;
import org.checkerframework.checker.nullness.qual.Nullable;

/** One value. */
final class HeapValueState<T> extends Cell<HeapValueState<T>> implements ValueState<T> {

  /** Null may be a value. */
  private static final Object ABSENT = new Object();

  private @Nullable Object value = ABSENT;

  private HeapValueState(HeapScope scope, Column column) {
    super(scope, column);
  }

  /** Values by their coder. */
  record Type<T>(Coder<T> coder) implements Column.CellType {
    @Override
    public Cell<?> create(HeapScope scope, Column column) {
      return new HeapValueState<T>(scope, column);
    }
  }

  @SuppressWarnings("unchecked") // The column has made this cell.
  private Coder<T> coder() {
    return ((Type<T>) column().type()).coder();
  }

  @Override
  @SuppressWarnings("unchecked") // Only a T is put there.
  public @Nullable T read() {
    HeapValueState<T> live = live();
    live.touching();
    return live.value == ABSENT ? null : (T) live.value;
  }

  @Override
  public void write(T input) {
    HeapValueState<T> live = live();
    live.changing();
    live.forgetFrozen();
    live.value = input;
  }

  @Override
  public void clear() {
    HeapValueState<T> live = live();
    if (live.value != ABSENT) {
      live.changing();
      live.forgetFrozen();
      live.value = ABSENT;
      live.mayBeVacant();
    }
  }

  @Override
  public HeapValueState<T> readLater() {
    return this;
  }

  @Override
  boolean vacant() {
    return value == ABSENT;
  }

  @Override
  @SuppressWarnings("unchecked") // Only a T is put there; what is vacant is not encoded.
  Capture capture(boolean all) {
    Coder<T> coder = coder();
    Object captured = value;
    return new Capture(
        !Values.immutable(captured),
        () ->
            Changes.of(
                new Change(StateEntry.Op.PUT, CoderUtils.encodeToByteArray(coder, (T) captured))));
  }

  @Override
  void decode(Change change) throws IOException {
    value = CoderUtils.decodeFromByteArray(coder(), change.value());
  }

  @Override
  HeapValueState<T> self() {
    return this;
  }
}
