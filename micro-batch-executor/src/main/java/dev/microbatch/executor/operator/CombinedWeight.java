package dev.microbatch.executor.operator;

import dev.microbatch.executor.combine.AccumulatorTable;
import dev.microbatch.executor.memory.Weigher;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * How much memory the accumulators of a bundle keep, at most about. A new accumulator is weighed;
 * what is added to one later is taken to stay in it as it is, until that would fill the memory:
 * then some accumulators are measured, and what they have become counts.
 *
 * <p>Not thread-safe: owned by one task.
 */
final class CombinedWeight {

  /** How many accumulators are measured at a time. */
  private static final int SAMPLES = 64;

  /** What a key and its entry keep besides the accumulator, in bytes. */
  private static final long ENTRY = 96;

  private final Weigher accumulators;
  private final Weigher inputs;
  private final long limit;
  private long weight;

  /**
   * Nothing is kept yet.
   *
   * @param accumulators weighs the accumulators
   * @param inputs weighs what is added to them
   * @param limit how much may be kept, in bytes
   */
  CombinedWeight(Weigher accumulators, Weigher inputs, long limit) {
    this.accumulators = accumulators;
    this.inputs = accumulators.isConstant() ? accumulators : inputs;
    this.limit = limit;
  }

  /** Whether accumulators weigh the same whatever is added to them. */
  boolean isConstant() {
    return accumulators.isConstant();
  }

  /** Counts a new accumulator. */
  void created(@Nullable Object accumulator) {
    weight += ENTRY + accumulators.weigh(accumulator);
  }

  /** Counts a value that was added to an accumulator. */
  void added(Object value) {
    if (!accumulators.isConstant()) {
      weight += inputs.weigh(value);
    }
  }

  /**
   * Whether the accumulators may keep more than is allowed.
   *
   * @param tables all of them
   */
  boolean isFull(List<AccumulatorTable> tables) {
    if (weight < limit) {
      return false;
    }
    weight = measure(tables);
    // If it was near the limit, it would soon be measured again, and again.
    return weight >= limit / 2;
  }

  private long measure(List<AccumulatorTable> tables) {
    int count = tables.stream().mapToInt(AccumulatorTable::size).sum();
    int step = Math.max(1, count / SAMPLES);
    long sampled = 0;
    int samples = 0;
    int i = 0;
    for (AccumulatorTable table : tables) {
      for (int row = 0; row < table.size(); row++) {
        if (i++ % step == 0) {
          sampled += accumulators.measure(table.accumulators().get(row));
          samples++;
        }
      }
    }
    return samples == 0 ? 0 : count * (ENTRY + sampled / samples);
  }

  /** Nothing is kept any more. */
  void reset() {
    weight = 0;
  }
}
