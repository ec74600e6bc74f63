package dev.microbatch.executor.combine;

import java.util.function.UnaryOperator;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;

/**
 * A column of accumulators: a row for each key that a {@link KeyIndex} has numbered.
 *
 * <p>Not thread-safe: owned by one task.
 */
public abstract class Accumulators {

  Accumulators() {}

  /**
   * A combiner, and what is added to its accumulators.
   *
   * @param fn the combiner
   * @param coder the coder of its accumulators
   * @param addsAccumulators whether what is added are other accumulators, and not input values
   * @param copier gives an accumulator that shares nothing mutable with another
   */
  public record Combiner(
      CombineFn<Object, Object, Object> fn,
      Coder<Object> coder,
      boolean addsAccumulators,
      UnaryOperator<Object> copier) {

    /** Makes an empty column: of primitives if the combiner is a {@link KnownCombiner}. */
    public Accumulators column() {
      KnownCombiner known = KnownCombiner.find(fn, coder);
      return known == null ? new ObjectAccumulators(this) : new PrimitiveAccumulators(known, this);
    }
  }

  /** Makes an empty column for the same combiner. */
  public abstract Accumulators empty();

  /** Forgets all rows, and keeps the memory for others. */
  public abstract void clear();

  /** Whether the accumulators are primitives, so that all of them take the same memory. */
  public abstract boolean isPrimitive();

  /** Makes the accumulator of the next row, of no values. */
  public abstract void create();

  /** Makes the accumulator of the next row, the same as another one, which stays as it is. */
  public abstract void append(Accumulators from, int row);

  /** Adds an input value, or an accumulator if that is what the combiner is given. */
  public abstract void add(int row, Object value);

  /** As {@link #add} of a value that is added to other accumulators as well. */
  public abstract void addShared(int row, Object value);

  /** Merges another accumulator, which is the column's from now on, into one. */
  public abstract void merge(int row, Object accumulator);

  /** Merges another accumulator into one. The other stays as it is. */
  public abstract void merge(int row, Accumulators from, int fromRow);

  /**
   * The accumulator as the combiner knows it: the one that is kept, or one that was made for the
   * caller.
   */
  public abstract Object get(int row);

  /** Replaces an accumulator by one that is the column's from now on. */
  public abstract void set(int row, Object accumulator);

  /**
   * What the combiner makes of an accumulator.
   *
   * @param last whether the accumulator is not needed any more
   */
  public abstract Object output(int row, boolean last);

  /**
   * What the combiner makes of two accumulators together.
   *
   * @param last whether the first one is not needed any more; the second one stays as it is
   */
  public abstract Object output(int row, boolean last, Accumulators other, int otherRow);
}
