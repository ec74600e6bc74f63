package dev.microbatch.examples.log;

import java.util.Iterator;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.CoderRegistry;
import org.apache.beam.sdk.transforms.Combine.CombineFn;

/**
 * Combines requests into {@link Traffic}, in one pass. Distinct clients are counted exactly, so an
 * accumulator grows with their number, and with nothing else.
 */
public final class TrafficFn extends CombineFn<AccessRecord, TrafficAccumulator, Traffic> {
  private static final long serialVersionUID = 1L;

  @Override
  public TrafficAccumulator createAccumulator() {
    return new TrafficAccumulator();
  }

  @Override
  public TrafficAccumulator addInput(TrafficAccumulator accumulator, AccessRecord request) {
    accumulator.add(request);
    return accumulator;
  }

  @Override
  public TrafficAccumulator mergeAccumulators(Iterable<TrafficAccumulator> accumulators) {
    Iterator<TrafficAccumulator> rest = accumulators.iterator();
    // The first accumulator may be changed, says the contract; the others may not.
    TrafficAccumulator merged = rest.hasNext() ? rest.next() : createAccumulator();
    rest.forEachRemaining(merged::addAll);
    return merged;
  }

  @Override
  public Traffic extractOutput(TrafficAccumulator accumulator) {
    return accumulator.toTraffic();
  }

  @Override
  public Coder<TrafficAccumulator> getAccumulatorCoder(
      CoderRegistry registry, Coder<AccessRecord> inputCoder) {
    return TrafficAccumulatorCoder.of();
  }

  @Override
  public Coder<Traffic> getDefaultOutputCoder(
      CoderRegistry registry, Coder<AccessRecord> inputCoder) {
    return TrafficCoder.of();
  }
}
