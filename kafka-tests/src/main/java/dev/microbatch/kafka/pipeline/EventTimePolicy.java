package dev.microbatch.kafka.pipeline;

import java.util.Optional;
import org.apache.beam.sdk.io.kafka.KafkaRecord;
import org.apache.beam.sdk.io.kafka.TimestampPolicy;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;

/**
 * The record's own timestamp is the event's time; within a Kafka partition it only grows. The
 * watermark of a partition is therefore the time of its last event, and it stands still while there
 * is none. (Beam's policies move it with the wall clock then, which would make what comes after a
 * restart late.)
 */
final class EventTimePolicy extends TimestampPolicy<String, String> {
  private Instant watermark;

  /**
   * Creates the policy of a partition.
   *
   * @param previous the watermark in the checkpoint, if the partition is read from one
   */
  EventTimePolicy(Optional<Instant> previous) {
    this.watermark = previous.orElse(BoundedWindow.TIMESTAMP_MIN_VALUE);
  }

  @Override
  public Instant getTimestampForRecord(
      PartitionContext context, KafkaRecord<String, String> record) {
    watermark = new Instant(record.getTimestamp());
    return watermark;
  }

  @Override
  public Instant getWatermark(PartitionContext context) {
    return watermark;
  }
}
