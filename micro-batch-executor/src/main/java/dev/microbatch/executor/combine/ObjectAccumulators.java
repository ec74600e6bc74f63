package dev.microbatch.executor.combine;

import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.apache.beam.sdk.transforms.Combine.CombineFn;

/**
 * The accumulators of any combiner. One that is merged into another is copied before: a combiner
 * may change the first accumulator and keep parts of the others.
 */
final class ObjectAccumulators extends Accumulators {

  private final Combiner combiner;
  private final CombineFn<Object, Object, Object> fn;
  private final boolean addsAccumulators;
  private final UnaryOperator<Object> copier;
  private final Chunks.Objects accumulators = new Chunks.Objects();
  private int size;

  ObjectAccumulators(Combiner combiner) {
    this.combiner = combiner;
    this.fn = combiner.fn();
    this.addsAccumulators = combiner.addsAccumulators();
    this.copier = combiner.copier();
  }

  @Override
  public Accumulators empty() {
    return new ObjectAccumulators(combiner);
  }

  @Override
  public void clear() {
    accumulators.clear();
    size = 0;
  }

  @Override
  public boolean isPrimitive() {
    return false;
  }

  @Override
  public void create() {
    accumulators.set(size++, fn.createAccumulator());
  }

  @Override
  public void append(Accumulators from, int row) {
    accumulators.set(size++, copier.apply(from.get(row)));
  }

  @Override
  public void add(int row, Object value) {
    Object accumulator = accumulators.get(row);
    accumulators.set(
        row, addsAccumulators ? merged(accumulator, value) : fn.addInput(accumulator, value));
  }

  @Override
  public void addShared(int row, Object value) {
    add(row, addsAccumulators ? copier.apply(value) : value);
  }

  private Object merged(Object accumulator, Object other) {
    return fn.mergeAccumulators(Arrays.asList(accumulator, other));
  }

  @Override
  public void merge(int row, Object accumulator) {
    accumulators.set(row, merged(accumulators.get(row), accumulator));
  }

  @Override
  public void merge(int row, Accumulators from, int fromRow) {
    accumulators.set(row, merged(accumulators.get(row), copier.apply(from.get(fromRow))));
  }

  @Override
  public Object get(int row) {
    return accumulators.get(row);
  }

  @Override
  public void set(int row, Object accumulator) {
    accumulators.set(row, accumulator);
  }

  private Object owned(int row, boolean last) {
    Object accumulator = accumulators.get(row);
    return last ? accumulator : copier.apply(accumulator);
  }

  @Override
  public Object output(int row, boolean last) {
    return fn.extractOutput(owned(row, last));
  }

  @Override
  public Object output(int row, boolean last, Accumulators other, int otherRow) {
    return fn.extractOutput(merged(owned(row, last), copier.apply(other.get(otherRow))));
  }
}
