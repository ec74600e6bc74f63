package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import java.util.Map;
import org.apache.beam.sdk.util.WindowedValueMultiReceiver;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowedValue;

/** The border from Beam's runners-core to the record path: takes windowed values by tag. */
final class WindowedOutputs implements WindowedValueMultiReceiver {

  private final Map<String, Receiver> outputs;

  /**
   * Creates the border.
   *
   * @param outputs who takes each output, by the id of its tag
   */
  WindowedOutputs(Map<String, Receiver> outputs) {
    this.outputs = outputs;
  }

  @Override
  public <OutputT> void output(TupleTag<OutputT> tag, WindowedValue<OutputT> value) {
    Receiver receiver = outputs.get(tag.getId());
    if (receiver == null) {
      throw new IllegalArgumentException("Unknown output tag " + tag.getId());
    }
    receiver.process(value.getValue(), Meta.of(value));
  }
}
