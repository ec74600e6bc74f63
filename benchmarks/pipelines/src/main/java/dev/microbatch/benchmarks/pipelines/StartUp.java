package dev.microbatch.benchmarks.pipelines;

import java.util.List;
import java.util.stream.LongStream;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TypeDescriptors;

/**
 * An almost empty pipeline of two stages: what it takes to start and to end one. Its figure is the
 * time, not the speed.
 *
 * @param sizes how many records and keys
 */
record StartUp(Sizes sizes) implements Workload {

  @Override
  public String name() {
    return "B12";
  }

  @Override
  public String description() {
    return "start and end of a pipeline of " + sizes.records() + " records";
  }

  @Override
  public Figure figure() {
    return Figure.TIME;
  }

  @Override
  public long size() {
    return sizes.records();
  }

  @Override
  public void build(Pipeline pipeline) {
    Sizes given = sizes;
    List<Long> numbers = LongStream.range(0, size()).boxed().toList();
    pipeline
        .apply(Create.of(numbers).withCoder(VarLongCoder.of()))
        .apply(WithKeys.<Long, Long>of(given::key).withKeyType(TypeDescriptors.longs()))
        .apply(Sum.longsPerKey())
        .apply(Tally.of((KV<Long, Long> sum, long timestamp) -> Numbers.digest(sum)));
  }

  @Override
  public Outcome expected() {
    return LongSums.of(0, size(), sizes::key).outcome();
  }
}
