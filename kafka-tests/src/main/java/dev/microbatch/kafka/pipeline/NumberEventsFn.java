package dev.microbatch.kafka.pipeline;

import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Numbers the events of each key from 1: {@code (key, event)} becomes {@code (key, n:event)}. */
final class NumberEventsFn extends DoFn<KV<String, String>, KV<String, String>> {
  private static final long serialVersionUID = 1L;

  @StateId("count")
  private final StateSpec<ValueState<Long>> countSpec = StateSpecs.value(VarLongCoder.of());

  @ProcessElement
  public void process(
      @Element KV<String, String> event,
      @StateId("count") ValueState<Long> count,
      OutputReceiver<KV<String, String>> out) {
    @Nullable Long before = count.read();
    long number = before == null ? 1 : before + 1;
    count.write(number);
    out.output(KV.of(event.getKey(), number + ":" + event.getValue()));
  }
}
