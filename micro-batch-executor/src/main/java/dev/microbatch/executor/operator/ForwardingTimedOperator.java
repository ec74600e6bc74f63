package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.state.Checkpointed;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Stands before another operator and passes every call on to it, so that a decorator says only what
 * it does differently. What it stands before need not be timed, and need not take records by key.
 */
public abstract class ForwardingTimedOperator implements TimedOperator, KeyedOperator {

  /** Answers for an operator that keeps nothing between bundles. */
  private static final TimedOperator KEEPS_NOTHING = (value, meta) -> {};

  private final Operator operator;
  private final TimedOperator timed;
  private final @Nullable KeyedOperator keyed;

  /**
   * Stands before an operator.
   *
   * @param operator takes the calls; one that is not timed keeps nothing between bundles, one that
   *     is not keyed is given records without what is known of the key
   */
  protected ForwardingTimedOperator(Operator operator) {
    this.operator = operator;
    this.timed = operator instanceof TimedOperator known ? known : KEEPS_NOTHING;
    this.keyed = operator instanceof KeyedOperator known ? known : null;
  }

  @Override
  public void open() {
    operator.open();
  }

  @Override
  public void startBundle() {
    operator.startBundle();
  }

  @Override
  public void process(Object value, Meta meta) {
    operator.process(value, meta);
  }

  @Override
  public void processKeyed(Object value, Meta meta, Object key, int hash) throws Exception {
    if (keyed == null) {
      operator.process(value, meta);
    } else {
      keyed.processKeyed(value, meta, key, hash);
    }
  }

  @Override
  public void finishBundle() {
    operator.finishBundle();
  }

  @Override
  public Teardown teardown() {
    return operator.teardown();
  }

  @Override
  public boolean hasBuffered() {
    return timed.hasBuffered();
  }

  @Override
  public boolean isDue() {
    return timed.isDue();
  }

  @Override
  public void fireEarly() throws Exception {
    timed.fireEarly();
  }

  @Override
  public void inputComplete() throws Exception {
    timed.inputComplete();
  }

  @Override
  public void fire() throws Exception {
    timed.fire();
  }

  @Override
  public boolean delaysWatermark() {
    return timed.delaysWatermark();
  }

  @Override
  public long inputHold() {
    return timed.inputHold();
  }

  @Override
  public HoldKind inputHoldKind() {
    return timed.inputHoldKind();
  }

  @Override
  public long outputHold() {
    return timed.outputHold();
  }

  @Override
  public HoldKind outputHoldKind() {
    return timed.outputHoldKind();
  }

  @Override
  public long earliestBufferedWindow() {
    return timed.earliestBufferedWindow();
  }

  @Override
  public long synchronizedHold() {
    return timed.synchronizedHold();
  }

  @Override
  public long nextEventTime() {
    return timed.nextEventTime();
  }

  @Override
  public long nextWakeUp() {
    return timed.nextWakeUp();
  }

  @Override
  public List<Checkpointed> parts() {
    return timed.parts();
  }

  @Override
  public boolean awaitsCommit() {
    return timed.awaitsCommit();
  }
}
