package dev.microbatch.kafka.pipeline;

import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.values.KV;

/** Writes a session as {@code (key, start:end:count)}, the times in milliseconds. */
final class FormatSessionFn extends DoFn<KV<String, Long>, KV<String, String>> {
  private static final long serialVersionUID = 1L;

  @ProcessElement
  public void process(
      @Element KV<String, Long> count,
      BoundedWindow window,
      OutputReceiver<KV<String, String>> out) {
    IntervalWindow session = (IntervalWindow) window;
    out.output(
        KV.of(
            count.getKey(),
            "%d:%d:%d"
                .formatted(
                    session.start().getMillis(), session.end().getMillis(), count.getValue())));
  }
}
