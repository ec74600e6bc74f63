package dev.microbatch.executor.combine;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.CannotProvideCoderException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderException;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.coders.DoubleCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.Mean;
import org.apache.beam.sdk.transforms.Min;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.Top;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is computed on primitives is what Beam's combiners compute, to the bit. */
class KnownCombinerTest {

  /**
   * A combiner and its inputs.
   *
   * @param name the name
   * @param fn the combiner
   * @param inputCoder the coder of its inputs
   * @param draw draws an input
   */
  record Example(
      String name, CombineFn<?, ?, ?> fn, Coder<?> inputCoder, Function<Random, Object> draw) {
    @Override
    public String toString() {
      return name;
    }

    @SuppressWarnings("unchecked") // The example fits together.
    Accumulators.Combiner combiner(boolean addsAccumulators) throws CannotProvideCoderException {
      CombineFn<Object, Object, Object> any = (CombineFn<Object, Object, Object>) fn;
      Coder<Object> coder =
          any.getAccumulatorCoder(CoderRegistry.createDefault(), (Coder<Object>) inputCoder);
      return new Accumulators.Combiner(any, coder, addsAccumulators, Function.identity()::apply);
    }
  }

  private static Object drawInteger(Random random) {
    int[] special = {Integer.MAX_VALUE, Integer.MIN_VALUE, 0, -1};
    return random.nextInt(3) == 0 ? special[random.nextInt(4)] : random.nextInt();
  }

  private static Object drawLong(Random random) {
    long[] special = {Long.MAX_VALUE, Long.MIN_VALUE, 0, -1};
    return random.nextInt(3) == 0 ? special[random.nextInt(4)] : random.nextLong();
  }

  private static Object drawDouble(Random random) {
    double[] special = {
      Double.NaN, -0.0, 0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE
    };
    return random.nextInt(5) == 0
        ? special[random.nextInt(special.length)]
        : random.nextGaussian() * 1e9;
  }

  private static Object drawZero(Random random) {
    return random.nextBoolean() ? -0.0 : 0.0;
  }

  static Stream<Example> examples() {
    VarIntCoder integers = VarIntCoder.of();
    VarLongCoder longs = VarLongCoder.of();
    DoubleCoder doubles = DoubleCoder.of();
    Function<Random, Object> drawInteger = KnownCombinerTest::drawInteger;
    Function<Random, Object> drawLong = KnownCombinerTest::drawLong;
    Function<Random, Object> drawDouble = KnownCombinerTest::drawDouble;
    Function<Random, Object> drawZero = KnownCombinerTest::drawZero;
    return Stream.of(
        new Example("count", Count.combineFn(), longs, drawLong),
        new Example("sum of integers", Sum.ofIntegers(), integers, drawInteger),
        new Example("sum of longs", Sum.ofLongs(), longs, drawLong),
        new Example("sum of doubles", Sum.ofDoubles(), doubles, drawDouble),
        new Example("sum of zeros", Sum.ofDoubles(), doubles, drawZero),
        new Example("min of integers", Min.ofIntegers(), integers, drawInteger),
        new Example("min of longs", Min.ofLongs(), longs, drawLong),
        new Example("min of doubles", Min.ofDoubles(), doubles, drawDouble),
        new Example("min of zeros", Min.ofDoubles(), doubles, drawZero),
        new Example("max of integers", Max.ofIntegers(), integers, drawInteger),
        new Example("max of longs", Max.ofLongs(), longs, drawLong),
        new Example("max of doubles", Max.ofDoubles(), doubles, drawDouble),
        new Example("max of zeros", Max.ofDoubles(), doubles, drawZero),
        new Example("mean of integers", Mean.<Integer>of(), integers, drawInteger),
        new Example("mean of longs", Mean.<Long>of(), longs, drawLong),
        new Example("mean of doubles", Mean.<Double>of(), doubles, drawDouble));
  }

  private static byte[] bytes(Coder<Object> coder, Object value) throws CoderException {
    return CoderUtils.encodeToByteArray(coder, value);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void equalsItsCombineFn(Example example) throws Exception {
    Accumulators.Combiner combiner = example.combiner(false);
    CombineFn<Object, Object, Object> fn = combiner.fn();
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Accumulators column = combiner.column();
      assertThat(column.isPrimitive(), is(true));
      List<Object> expected = new ArrayList<>();
      for (int row = 0; row < 3; row++) {
        column.create();
        Object accumulator = fn.createAccumulator();
        for (int i = random.nextInt(5); i > 0; i--) {
          Object input = example.draw().apply(random);
          accumulator = fn.addInput(accumulator, input);
          column.add(row, input);
        }
        expected.add(accumulator);
        assertThat(column.output(row, false), is(fn.extractOutput(accumulator)));
        assertThat(
            bytes(combiner.coder(), column.get(row)), is(bytes(combiner.coder(), accumulator)));
      }
      Accumulators others = column.empty();
      others.append(column, 1);
      others.addShared(0, example.draw().apply(new Random(seed)));
      Object other =
          fn.addInput(copy(combiner, expected.get(1)), example.draw().apply(new Random(seed)));
      Object both = fn.mergeAccumulators(Arrays.asList(copy(combiner, expected.get(0)), other));
      assertThat(column.output(0, false, others, 0), is(fn.extractOutput(both)));
      column.merge(0, others, 0);
      assertThat(column.output(0, false), is(fn.extractOutput(both)));
      assertThat(others.output(0, false), is(fn.extractOutput(other)));
      column.set(2, expected.get(1));
      assertThat(column.output(2, true), is(fn.extractOutput(expected.get(1))));
    }
  }

  private static Object copy(Accumulators.Combiner combiner, Object accumulator)
      throws CoderException {
    return CoderUtils.clone(combiner.coder(), accumulator);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void addsAccumulatorsAsItsCombineFnMergesThem(Example example) throws Exception {
    Accumulators.Combiner combiner = example.combiner(true);
    CombineFn<Object, Object, Object> fn = combiner.fn();
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      Accumulators column = combiner.column();
      column.create();
      Object expected = fn.createAccumulator();
      for (int j = random.nextInt(4); j > 0; j--) {
        Object added = fn.addInput(fn.createAccumulator(), example.draw().apply(random));
        column.add(0, added);
        expected = fn.mergeAccumulators(Arrays.asList(expected, added));
      }
      assertThat(bytes(combiner.coder(), column.get(0)), is(bytes(combiner.coder(), expected)));
    }
  }

  @Test
  void otherCombinersAreNotTakenForOneOfThem() throws CannotProvideCoderException {
    VarIntCoder integers = VarIntCoder.of();
    Function<Random, Object> draw = KnownCombinerTest::drawInteger;
    for (CombineFn<?, ?, ?> fn :
        List.of(
            Max.<Integer>naturalOrder(), Min.<Integer>naturalOrder(), Top.<Integer>largestFn(1))) {
      Accumulators.Combiner other = new Example("other", fn, integers, draw).combiner(false);
      assertThat(other.column().isPrimitive(), is(false));
    }
  }
}
