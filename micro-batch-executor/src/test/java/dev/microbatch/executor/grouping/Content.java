package dev.microbatch.executor.grouping;

import dev.microbatch.executor.plan.StepSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.IterableCoder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.Min;
import org.apache.beam.sdk.transforms.Sum;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What becomes of the values of a key in a window. Each record has a number, and a value of it. */
@SuppressWarnings("ImmutableEnumChecker") // coders and combiners are
enum Content {
  GATHERED(VarLongCoder.of(), number -> number, null, false, IterableCoder.of(VarLongCoder.of())),
  COUNTED(VarLongCoder.of(), number -> number, Count.combineFn(), false, VarLongCoder.of()),
  SUM_OF_LONGS(VarLongCoder.of(), number -> number, Sum.ofLongs(), false, VarLongCoder.of()),
  SUM_OF_INTEGERS(VarIntCoder.of(), n -> (int) n, Sum.ofIntegers(), false, VarIntCoder.of()),
  SUM_OF_DOUBLES(DoubleCoder.of(), n -> (double) n, Sum.ofDoubles(), false, DoubleCoder.of()),
  MAX_OF_LONGS(VarLongCoder.of(), Content::scattered, Max.ofLongs(), false, VarLongCoder.of()),
  MIN_OF_INTEGERS(
      VarIntCoder.of(), n -> (int) scattered(n), Min.ofIntegers(), false, VarIntCoder.of()),
  MEAN(VarLongCoder.of(), number -> number, Mean.<Long>of(), false, DoubleCoder.of()),
  /** Its accumulator is changed in place by whatever is done with it. */
  LISTED(VarLongCoder.of(), n -> n, new Listing(), false, ListCoder.of(VarLongCoder.of())),
  /** The same behind a combiner in front of the exchange. */
  LISTS_MERGED(
      ListCoder.of(VarLongCoder.of()),
      number -> new ArrayList<>(List.of(number)),
      new Listing(),
      true,
      ListCoder.of(VarLongCoder.of())),
  SUMS_MERGED(
      accumulators(Sum.ofLongs(), VarLongCoder.of()),
      number -> Sum.ofLongs().addInput(Sum.ofLongs().createAccumulator(), number),
      Sum.ofLongs(),
      true,
      VarLongCoder.of());

  private final Coder<?> valueCoder;
  private final LongFunction<Object> values;
  private final @Nullable CombineFn<?, ?, ?> combineFn;
  private final boolean mergesAccumulators;
  private final Coder<?> resultCoder;

  Content(
      Coder<?> valueCoder,
      LongFunction<Object> values,
      @Nullable CombineFn<?, ?, ?> combineFn,
      boolean mergesAccumulators,
      Coder<?> resultCoder) {
    this.valueCoder = valueCoder;
    this.values = values;
    this.combineFn = combineFn;
    this.mergesAccumulators = mergesAccumulators;
    this.resultCoder = resultCoder;
  }

  /** Neither the first nor the last number is the greatest or the least. */
  private static long scattered(long number) {
    return number * 37 % 101;
  }

  /** The value of a record. */
  Object value(long number) {
    return values.apply(number);
  }

  KvCoder<String, ?> inputCoder() {
    return KvCoder.of(StringUtf8Coder.of(), valueCoder);
  }

  KvCoder<String, ?> outputCoder() {
    return KvCoder.of(StringUtf8Coder.of(), resultCoder);
  }

  /** How the values are combined, or null if they are gathered. */
  @SuppressWarnings("unchecked")
  StepSpec.@Nullable Combining combining() {
    if (combineFn == null) {
      return null;
    }
    Coder<?> accumulators =
        mergesAccumulators
            ? valueCoder
            : accumulators((CombineFn<Object, ?, ?>) combineFn, (Coder<Object>) valueCoder);
    return new StepSpec.Combining(combineFn, accumulators, mergesAccumulators);
  }

  private static <T, A> Coder<A> accumulators(CombineFn<T, A, ?> fn, Coder<T> input) {
    try {
      return fn.getAccumulatorCoder(CoderRegistry.createDefault(), input);
    } catch (CannotProvideCoderException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Lists its inputs in the order in which they come. */
  private static final class Listing extends CombineFn<Long, List<Long>, List<Long>> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<Long> createAccumulator() {
      return new ArrayList<>();
    }

    @Override
    public List<Long> addInput(List<Long> accumulator, Long input) {
      accumulator.add(input);
      return accumulator;
    }

    @Override
    public List<Long> mergeAccumulators(Iterable<List<Long>> accumulators) {
      List<Long> merged = null;
      for (List<Long> accumulator : accumulators) {
        if (merged == null) {
          merged = accumulator;
        } else {
          merged.addAll(accumulator);
        }
      }
      return merged == null ? createAccumulator() : merged;
    }

    @Override
    public List<Long> extractOutput(List<Long> accumulator) {
      return List.copyOf(accumulator);
    }

    @Override
    public Coder<List<Long>> getAccumulatorCoder(CoderRegistry registry, Coder<Long> input) {
      return ListCoder.of(input);
    }
  }
}
