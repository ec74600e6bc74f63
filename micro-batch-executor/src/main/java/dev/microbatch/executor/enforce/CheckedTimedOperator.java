package dev.microbatch.executor.enforce;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.operator.TimedOperator;
import org.apache.beam.sdk.coders.Coder;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The same for an operator that keeps something between bundles. */
final class CheckedTimedOperator extends CheckedOperator implements TimedOperator {

  private final TimedOperator operator;

  CheckedTimedOperator(
      TimedOperator operator,
      @Nullable Coder<Object> inputCoder,
      Imprints inputs,
      Imprints outputs) {
    super(operator, inputCoder, inputs, outputs);
    this.operator = operator;
  }

  @Override
  public void processKeyed(Object value, Meta meta, Object key, int hash) throws Exception {
    Imprint imprint = before(value);
    operator.processKeyed(value, meta, key, hash);
    after(imprint);
  }

  @Override
  public boolean hasBuffered() {
    return operator.hasBuffered();
  }

  @Override
  public boolean isDue() {
    return operator.isDue();
  }

  @Override
  public void fireEarly() throws Exception {
    operator.fireEarly();
  }

  @Override
  public void inputComplete() throws Exception {
    operator.inputComplete();
  }

  @Override
  public void fire() throws Exception {
    operator.fire();
  }

  @Override
  public boolean delaysWatermark() {
    return operator.delaysWatermark();
  }

  @Override
  public long inputHold() {
    return operator.inputHold();
  }

  @Override
  public long outputHold() {
    return operator.outputHold();
  }

  @Override
  public long synchronizedHold() {
    return operator.synchronizedHold();
  }

  @Override
  public long nextWakeUp() {
    return operator.nextWakeUp();
  }
}
