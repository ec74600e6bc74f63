package dev.microbatch.examples.log;

import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.values.KV;

/** One line of JSON for each line that {@link ParseAccessLog} could not use: reason and line. */
public final class FormatDeadLetter extends DoFn<KV<String, String>, String> {
  private static final long serialVersionUID = 1L;

  /** Called by Beam. */
  @ProcessElement
  public void processElement(
      @Element KV<String, String> lineAndReason, OutputReceiver<String> lines) {
    lines.output(Json.line(new Row(lineAndReason.getValue(), lineAndReason.getKey())));
  }

  private record Row(String reason, String line) {}
}
