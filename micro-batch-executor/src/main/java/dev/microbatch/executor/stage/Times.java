package dev.microbatch.executor.stage;

import dev.microbatch.executor.time.EventTime;
import java.io.Serializable;

/**
 * The times that one partition of a stage sends behind its last block of a batch.
 *
 * @param watermark no later record will be earlier, in milliseconds
 * @param synchronizedTime synchronized processing time, in milliseconds since the epoch
 */
public record Times(long watermark, long synchronizedTime) implements Serializable {

  /** Before anything has been heard. */
  public static final Times START = new Times(EventTime.MIN, EventTime.MIN);

  /** The neutral element of {@link #min}. */
  static final Times NONE = new Times(EventTime.MAX, Long.MAX_VALUE);

  /** The earlier of each. */
  Times min(Times other) {
    return new Times(
        Math.min(watermark, other.watermark), Math.min(synchronizedTime, other.synchronizedTime));
  }

  /** The later of each. */
  Times max(Times other) {
    return new Times(
        Math.max(watermark, other.watermark), Math.max(synchronizedTime, other.synchronizedTime));
  }
}
