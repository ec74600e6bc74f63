package dev.microbatch.runner.differential;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.SetCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.Min;
import org.apache.beam.sdk.transforms.SerializableFunction;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.Top;

/** Combiners with accumulators of different kinds. */
enum Combiner {
  SUM,
  COUNT,
  MIN,
  MAX,
  MEAN,
  TOP,
  DISTINCT;

  /** Whether the results of parts add up to the result of the whole. */
  boolean addsUp() {
    return this == SUM || this == COUNT;
  }

  CombineFn<Long, ?, Long> fn() {
    return switch (this) {
      case SUM -> Sum.ofLongs();
      case MIN -> Min.ofLongs();
      case MAX -> Max.ofLongs();
      case COUNT -> new Then<>(Count.<Long>combineFn(), count -> count);
      case MEAN ->
          new Then<>(
              Mean.<Long>of(), mean -> mean.isNaN() ? -1 : Math.round(mean * 1000) % 1_000_003);
      case TOP -> new Then<>(Top.<Long>largestFn(2), Numbers::fold);
      case DISTINCT -> new DistinctFn();
    };
  }

  /** Another combiner, and then a function of its result. */
  private static final class Then<AccumT, OutT> extends CombineFn<Long, AccumT, Long> {
    private static final long serialVersionUID = 1L;
    private final CombineFn<Long, AccumT, OutT> fn;
    private final SerializableFunction<OutT, Long> then;

    Then(CombineFn<Long, AccumT, OutT> fn, SerializableFunction<OutT, Long> then) {
      this.fn = fn;
      this.then = then;
    }

    @Override
    public AccumT createAccumulator() {
      return fn.createAccumulator();
    }

    @Override
    public AccumT addInput(AccumT accumulator, Long input) {
      return fn.addInput(accumulator, input);
    }

    @Override
    public AccumT mergeAccumulators(Iterable<AccumT> accumulators) {
      return fn.mergeAccumulators(accumulators);
    }

    @Override
    public AccumT compact(AccumT accumulator) {
      return fn.compact(accumulator);
    }

    @Override
    public Long extractOutput(AccumT accumulator) {
      return then.apply(fn.extractOutput(accumulator));
    }

    @Override
    public Coder<AccumT> getAccumulatorCoder(CoderRegistry registry, Coder<Long> inputCoder)
        throws org.apache.beam.sdk.coders.CannotProvideCoderException {
      return fn.getAccumulatorCoder(registry, inputCoder);
    }
  }

  /** Collects values in a set that it changes in place. */
  private static final class DistinctFn extends CombineFn<Long, Set<Long>, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Set<Long> createAccumulator() {
      return new TreeSet<>();
    }

    @Override
    public Set<Long> addInput(Set<Long> accumulator, Long input) {
      accumulator.add(input);
      return accumulator;
    }

    @Override
    public Set<Long> mergeAccumulators(Iterable<Set<Long>> accumulators) {
      Set<Long> first = null;
      for (Set<Long> each : accumulators) {
        if (first == null) {
          first = each;
        } else {
          first.addAll(each);
        }
      }
      return first == null ? createAccumulator() : first;
    }

    @Override
    public Long extractOutput(Set<Long> accumulator) {
      return Numbers.fold(List.copyOf(accumulator));
    }

    @Override
    public Coder<Set<Long>> getAccumulatorCoder(CoderRegistry registry, Coder<Long> inputCoder) {
      return SetCoder.of(inputCoder);
    }
  }
}
