package dev.microbatch.executor.state;

import java.util.ArrayList;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What a group holds for a key: the values that have come, as a list, or one accumulator.
 *
 * @param coder the coder of the values, or of the accumulators
 * @param combineFn combines the values; null if they are gathered
 */
public record GroupContent(
    Coder<Object> coder, @Nullable CombineFn<Object, Object, Object> combineFn) {

  /** Whether values are gathered in lists; otherwise they are combined. */
  public boolean gathers() {
    return combineFn == null;
  }

  /** What a group holds before anything has come. */
  Object create() {
    return combineFn == null ? new ArrayList<>(4) : combineFn.createAccumulator();
  }
}
