package dev.microbatch.kafka.kill;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Watches KafkaIO's exactly-once sinks become able to bear a kill.
 *
 * <p>Each shard of a sink makes up an id when it writes for the first time. It keeps the id in its
 * state, and in Kafka in the same transaction as the first records. If the process dies between
 * this transaction and the checkpoint that has the state, the sink finds an id in Kafka that it
 * knows nothing of, and refuses to continue: KafkaIO has no way to tell this from two pipelines
 * that share a group by mistake. No runner can help, so nobody is killed in this moment, which
 * every shard has once.
 *
 * <p>It is over when an event has come through that was not even produced when the ids of all
 * shards were in Kafka: this event waited for a checkpoint, and the checkpoint is younger than the
 * ids.
 *
 * <p>Not thread-safe.
 */
final class SinkWatch implements AutoCloseable {
  private final Admin admin;
  private final List<String> groups;
  private final int shards;

  /** The first event that was produced after all shards had written; unknown at first. */
  private int firstAfter = Integer.MAX_VALUE;

  private boolean settled;

  /**
   * Creates a watch.
   *
   * @param bootstrapServers the broker
   * @param groups the groups in which the sinks keep how far they have written
   * @param shards how many shards they have in all
   */
  SinkWatch(String bootstrapServers, List<String> groups, int shards) {
    this.admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    this.groups = groups;
    this.shards = shards;
  }

  /**
   * Looks, and returns whether a kill can be borne.
   *
   * @param produced how many events have been produced
   * @param through how many events there are up to the last one whose result has been seen
   * @throws InterruptedException if this thread is interrupted
   */
  boolean isSettled(int produced, int through) throws InterruptedException {
    if (firstAfter == Integer.MAX_VALUE && allHaveWritten()) {
      firstAfter = produced;
    }
    settled |= through > firstAfter;
    return settled;
  }

  private boolean allHaveWritten() throws InterruptedException {
    int written = 0;
    for (String group : groups) {
      written += offsets(group).size();
    }
    return written == shards;
  }

  private Map<TopicPartition, OffsetAndMetadata> offsets(String group) throws InterruptedException {
    try {
      return admin
          .listConsumerGroupOffsets(Map.of(group, new ListConsumerGroupOffsetsSpec()))
          .partitionsToOffsetAndMetadata(group)
          .get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot read the offsets of group " + group, e.getCause());
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
