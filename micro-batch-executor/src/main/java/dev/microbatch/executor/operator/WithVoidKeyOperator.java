package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import org.apache.beam.sdk.values.KV;

/** Gives each record the void key. */
public final class WithVoidKeyOperator implements Operator {

  private final Receiver output;

  /**
   * Creates the operator.
   *
   * @param output where the keyed records go
   */
  public WithVoidKeyOperator(Receiver output) {
    this.output = output;
  }

  @Override
  public void process(Object value, Meta meta) {
    output.process(KV.of(null, value), meta);
  }
}
