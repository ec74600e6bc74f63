package dev.microbatch.executor.state;

import dev.microbatch.executor.combine.Accumulators;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a group holds for a key: the values that have come, as a list, or one accumulator.
 *
 * @param coder the coder of the values, or of the accumulators
 * @param combineFn combines the values; null if they are gathered
 * @param addsAccumulators whether the values that come are accumulators of the combine function
 */
public record GroupContent(
    Coder<Object> coder,
    @Nullable CombineFn<Object, Object, Object> combineFn,
    boolean addsAccumulators) {

  /** Whether values are gathered in lists; otherwise they are combined. */
  public boolean gathers() {
    return combineFn == null;
  }

  /** Makes an empty column of accumulators, if values are combined. */
  Accumulators accumulators() {
    return new Accumulators.Combiner(
            combineFn, coder, addsAccumulators, accumulator -> Values.copy(coder, accumulator))
        .column();
  }
}
