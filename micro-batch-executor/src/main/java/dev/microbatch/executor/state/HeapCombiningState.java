package dev.microbatch.executor.state;

import java.io.IOException;
import java.util.Arrays;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.state.CombiningState;
import org.apache.beam.sdk.state.ReadableState;
import org.apache.beam.sdk.state.StateContext;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.CombineWithContext.CombineFnWithContext;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.util.CombineFnUtil;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One accumulator. It belongs to the cell alone: what goes out is a copy, and what comes in is
 * copied, because a CombineFn may mutate any accumulator that it is given.
 */
final class HeapCombiningState<I, A, O> extends Cell<HeapCombiningState<I, A, O>>
    implements CombiningState<I, A, O> {

  /** Null may be an accumulator. */
  private static final Object ABSENT = new Object();

  private @Nullable Object accumulator = ABSENT;

  /** The function in the context in which the cell is used, if it asks for one. */
  private @Nullable CombineFn<I, A, O> bound;

  private HeapCombiningState(HeapScope scope, Column column) {
    super(scope, column);
  }

  /** Accumulators by their coder and function; one of the two functions is there. */
  record Type<I, A, O>(
      Coder<A> coder,
      @Nullable CombineFn<I, A, O> combineFn,
      @Nullable CombineFnWithContext<I, A, O> withContext)
      implements Column.CellType {

    @Override
    public Cell<?> create(HeapScope scope, Column column) {
      return new HeapCombiningState<I, A, O>(scope, column);
    }

    @Override
    @SuppressWarnings("unchecked") // The column has made the cell.
    public void use(Cell<?> cell, StateContext<?> context) {
      if (withContext != null) {
        ((HeapCombiningState<I, A, O>) cell).bound =
            CombineFnUtil.bindContext(withContext, context);
      }
    }
  }

  @SuppressWarnings("unchecked") // The column has made this cell.
  private Type<I, A, O> type() {
    return (Type<I, A, O>) column().type();
  }

  private CombineFn<I, A, O> combineFn() {
    return bound != null ? bound : type().combineFn();
  }

  @SuppressWarnings("unchecked") // Only an A is put there.
  private A present() {
    return (A) accumulator;
  }

  private A copy() {
    if (accumulator == ABSENT) {
      return combineFn().createAccumulator();
    }
    touching();
    return Values.copy(type().coder(), present());
  }

  @Override
  public void add(I input) {
    HeapCombiningState<I, A, O> live = live();
    CombineFn<I, A, O> combineFn = live.combineFn();
    live.changing();
    live.touching();
    A before = live.accumulator == ABSENT ? combineFn.createAccumulator() : live.present();
    live.accumulator = combineFn.addInput(before, input);
  }

  @Override
  public void addAccum(A accumulator) {
    HeapCombiningState<I, A, O> live = live();
    A added = Values.copy(live.type().coder(), accumulator);
    live.changing();
    live.touching();
    live.accumulator =
        live.accumulator == ABSENT
            ? added
            : live.combineFn().mergeAccumulators(Arrays.asList(live.present(), added));
  }

  @Override
  public O read() {
    HeapCombiningState<I, A, O> live = live();
    return live.combineFn().extractOutput(live.copy());
  }

  @Override
  public A getAccum() {
    return live().copy();
  }

  @Override
  public A mergeAccumulators(Iterable<A> accumulators) {
    return live().combineFn().mergeAccumulators(accumulators);
  }

  @Override
  public void clear() {
    HeapCombiningState<I, A, O> live = live();
    if (live.accumulator != ABSENT) {
      live.changing();
      live.forgetFrozen();
      live.accumulator = ABSENT;
      live.mayBeVacant();
    }
  }

  @Override
  public ReadableState<Boolean> isEmpty() {
    return Reading.of(() -> live().vacant());
  }

  @Override
  public HeapCombiningState<I, A, O> readLater() {
    return this;
  }

  @Override
  boolean vacant() {
    return accumulator == ABSENT;
  }

  @Override
  @SuppressWarnings("unchecked") // Only an A is put there; what is vacant is not encoded.
  Capture capture(boolean all) {
    Coder<A> coder = type().coder();
    Object captured = accumulator;
    return new Capture(
        !Values.immutable(captured),
        () ->
            Changes.of(
                new Change(StateEntry.Op.PUT, CoderUtils.encodeToByteArray(coder, (A) captured))));
  }

  @Override
  void decode(Change change) throws IOException {
    accumulator = CoderUtils.decodeFromByteArray(type().coder(), change.value());
  }

  @Override
  HeapCombiningState<I, A, O> self() {
    return this;
  }
}
