package dev.microbatch.executor.operator;

import dev.microbatch.executor.state.TimeContext;
import dev.microbatch.executor.time.EventTime;
import org.joda.time.Duration;

/**
 * The times that hold in one stage and partition at this moment. They move only between the records
 * of one batch and the timers that become due in it.
 *
 * <p>Not thread-safe: owned by one task.
 */
public final class StageTimes implements TimeContext {

  private long inputWatermark = EventTime.MIN;
  private long settledWatermark = EventTime.MIN;
  private long processingTime = EventTime.MIN;
  private long synchronizedProcessingTime = EventTime.MIN;
  private long batch;
  private long durableCommit;
  private boolean draining;

  @Override
  public long inputWatermark() {
    return inputWatermark;
  }

  @Override
  public long settledWatermark() {
    return settledWatermark;
  }

  @Override
  public long processingTime() {
    return processingTime;
  }

  @Override
  public long synchronizedProcessingTime() {
    return synchronizedProcessingTime;
  }

  @Override
  public boolean isDraining() {
    return draining;
  }

  /**
   * Moves the input watermark. An earlier one is ignored.
   *
   * @param millis event time
   */
  public void advanceWatermark(long millis) {
    inputWatermark = Math.max(inputWatermark, millis);
  }

  /**
   * The earliest end of a window that is not behind its allowed lateness, in milliseconds.
   *
   * @param allowedLateness of the stage's records
   */
  public long earliestEnd(Duration allowedLateness) {
    return Math.max(
        EventTime.MIN, inputWatermark - Math.min(allowedLateness.getMillis(), EventTime.MAX));
  }

  /** Says that what the input watermark makes due has fired. */
  public void settleWatermark() {
    settledWatermark = inputWatermark;
  }

  /** The number of the batch that is running. */
  public long batch() {
    return batch;
  }

  /** The number of the batch whose commit was the last to become durable. */
  public long durableCommit() {
    return durableCommit;
  }

  /**
   * Begins a batch.
   *
   * @param number its number
   * @param processingTimeMillis its processing time, since the epoch
   * @param lastDurableCommit the batch whose commit was the last to become durable
   */
  public void begin(long number, long processingTimeMillis, long lastDurableCommit) {
    batch = number;
    processingTime = processingTimeMillis;
    durableCommit = lastDurableCommit;
  }

  /** Says whether the pipeline is being drained. */
  public void setDraining(boolean draining) {
    this.draining = draining;
  }

  /**
   * Moves synchronized processing time. An earlier one is ignored.
   *
   * @param millis since the epoch
   */
  public void advanceSynchronizedProcessingTime(long millis) {
    synchronizedProcessingTime = Math.max(synchronizedProcessingTime, millis);
  }

  /**
   * Takes restored times.
   *
   * @param watermark the input watermark
   * @param settled the settled watermark
   * @param synchronizedTime synchronized processing time
   */
  public void restore(long watermark, long settled, long synchronizedTime) {
    inputWatermark = watermark;
    settledWatermark = settled;
    synchronizedProcessingTime = synchronizedTime;
  }
}
