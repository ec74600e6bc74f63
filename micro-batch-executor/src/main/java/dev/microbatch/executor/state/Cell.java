package dev.microbatch.executor.state;

import java.io.IOException;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.sdk.state.State;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * One cell: what is stored for a key under a namespace and a tag, and at the same time the {@link
 * State} that users get.
 *
 * <p>A cell that is left without contents is detached from its key sooner or later, while users may
 * still have it. Every public method of a state therefore works on {@link #live()}: the cell itself
 * as long as it is attached, otherwise the one that has taken its place, if there is one.
 *
 * @param <S> the class of the cell
 */
abstract class Cell<S extends Cell<S>> implements State, Tracked {

  private HeapScope scope;
  private Column column;

  /** The next one in a short list of a key's cells. */
  @Nullable Cell<?> next;

  /**
   * What was captured last, as long as it may have to be encoded before the contents are touched.
   */
  private @Nullable FrozenCell frozen;

  /** Whether it is listed as changed. */
  private boolean listed;

  /** Whether the snapshots so far contain it. */
  private boolean stored;

  /** Whether it is one of its key's cells. */
  boolean attached;

  /** Whether it is listed as a cell that may be vacant. */
  boolean suspect;

  /** Whether its key has left the heap with it: then it never comes back. */
  private boolean evicted;

  Cell(HeapScope scope, Column column) {
    this.scope = scope;
    this.column = column;
  }

  /** Whether there are no contents. */
  abstract boolean vacant();

  /**
   * Captures the contents, or what has changed in them since the last capture, and starts tracking
   * afresh. Asked for everything when the cell was not stored before.
   *
   * @param all whether everything is asked for
   */
  abstract Capture capture(boolean all);

  /** Brings back what a capture was encoded to. */
  abstract void decode(Change change) throws IOException;

  /** This, by its own class. */
  abstract S self();

  @Override
  public final HeapKeyedState owner() {
    return scope.key();
  }

  /** Where it belongs. */
  final HeapScope scope() {
    return scope;
  }

  final Column column() {
    return column;
  }

  @Override
  public final StateNamespace namespace() {
    return scope.namespace();
  }

  /** Replaces a column that was known from a snapshot only. */
  final void bind(Column column) {
    this.column = column;
  }

  /** Moves a detached cell to the scope that now stands for its key and namespace. */
  final void moveTo(HeapScope scope) {
    this.scope = scope;
  }

  /** Whether its key has left the heap with it: then it never comes back. */
  final boolean isEvicted() {
    return evicted;
  }

  @Override
  public final void leave() {
    leaving();
    evicted = true;
    scope.detach(this);
  }

  /** To be called before it leaves the heap with its key: gives up what counts for it outside. */
  void leaving() {}

  @Override
  public final void unlisted() {
    listed = false;
  }

  final void markStored() {
    stored = true;
  }

  /** The attached cell with this address. */
  @SuppressWarnings("unchecked") // A cell at the same address has the same class: see find.
  final S live() {
    return attached ? self() : (S) scope.adopt(this);
  }

  /** To be called before the contents change. */
  final void changing() {
    if (!listed) {
      HeapStateStore store = owner().store();
      listed = store.tracked();
      store.noteChanged(this);
    }
  }

  /** To be called when the contents may have become vacant. */
  final void mayBeVacant() {
    if (!suspect) {
      suspect = true;
      owner().store().noteSuspect(this);
    }
  }

  /** To be called before captured contents may be mutated in place, by us or by the user. */
  final void touching() {
    if (frozen != null) {
      frozen.encodeNow();
      frozen = null;
    }
  }

  /** To be called when the captured contents have been replaced. */
  final void forgetFrozen() {
    frozen = null;
  }

  StateEntry.Kind kind() {
    return StateEntry.Kind.CELL;
  }

  @Override
  public final @Nullable Frozen freeze(HeapSnapshot snapshot, boolean all) {
    touching();
    boolean had = stored;
    stored = !vacant();
    Capture capture = capture(all || !had);
    if (!stored) {
      if (!had || all) {
        return null;
      }
      capture = Capture.CLEARED;
    }
    FrozenCell result =
        new FrozenCell(snapshot, owner(), kind(), namespace(), column.id().name(), capture);
    if (capture.mutable()) {
      frozen = result;
    }
    return result;
  }

  /** Equality of addresses: two cells with the same address are the same state. */
  @Override
  public final boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Cell<?> that
            && column.id() == that.column.id()
            && owner().is(that.owner().comparable(), that.owner().hash())
            && namespace().equals(that.namespace()));
  }

  @Override
  public final int hashCode() {
    return owner().hash() * 31 + namespace().hashCode();
  }

  @Override
  public String toString() {
    return column.id() + " in " + namespace();
  }
}
