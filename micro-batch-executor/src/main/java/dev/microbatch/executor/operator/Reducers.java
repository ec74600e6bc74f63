package dev.microbatch.executor.operator;

import dev.microbatch.executor.plan.StepSpec;
import java.util.Arrays;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.transforms.Combine.CombineFn;

/** How the values of one key and window are reduced. */
final class Reducers {

  private Reducers() {}

  /**
   * A copy of the combiner of a grouping, as one that takes the grouping's input values.
   *
   * @param stepName the step that groups
   * @throws StepException if the combiner cannot be copied
   */
  @SuppressWarnings("unchecked")
  static CombineFn<Object, Object, Object> combineFn(
      StepSpec.Combining combining, String stepName) {
    CombineFn<Object, Object, Object> fn =
        (CombineFn<Object, Object, Object>)
            FunctionCopy.of(stepName, "CombineFn", combining.combineFn());
    return combining.mergesAccumulators()
        ? new MergeAccumulators(fn, (Coder<Object>) combining.accumulatorCoder())
        : fn;
  }

  /** A combiner whose inputs are another combiner's accumulators. */
  private static final class MergeAccumulators extends CombineFn<Object, Object, Object> {

    private static final long serialVersionUID = 1L;

    private final CombineFn<Object, Object, Object> fn;
    private final Coder<Object> accumulatorCoder;

    MergeAccumulators(CombineFn<Object, Object, Object> fn, Coder<Object> accumulatorCoder) {
      this.fn = fn;
      this.accumulatorCoder = accumulatorCoder;
    }

    @Override
    public Object createAccumulator() {
      return fn.createAccumulator();
    }

    @Override
    public Object addInput(Object accumulator, Object input) {
      return fn.mergeAccumulators(Arrays.asList(accumulator, input));
    }

    @Override
    public Object mergeAccumulators(Iterable<Object> accumulators) {
      return fn.mergeAccumulators(accumulators);
    }

    @Override
    public Object compact(Object accumulator) {
      return fn.compact(accumulator);
    }

    @Override
    public Object extractOutput(Object accumulator) {
      return fn.extractOutput(accumulator);
    }

    @Override
    public Coder<Object> getAccumulatorCoder(CoderRegistry registry, Coder<Object> inputCoder) {
      return accumulatorCoder;
    }
  }
}
