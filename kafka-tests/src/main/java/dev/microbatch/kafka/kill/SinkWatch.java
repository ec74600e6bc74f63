package dev.microbatch.kafka.kill;

import java.util.HashMap;
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
 * knows nothing of and refuses to go on: KafkaIO has no way to tell this from two pipelines that
 * share a group by mistake. No runner can help, so nobody is killed in this moment, which every
 * shard has once. It is over when the shard's second transaction is seen: that one waits for the
 * checkpoint.
 *
 * <p>Not thread-safe.
 */
final class SinkWatch implements AutoCloseable {
  /** A first bundle of more than a thousand records is two transactions: wait for one more. */
  private static final int TRANSACTIONS = 3;

  private final Admin admin;
  private final List<String> groups;
  private final int shards;
  private final Map<TopicPartition, String> last = new HashMap<>();
  private final Map<TopicPartition, Integer> changes = new HashMap<>();

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
   * @throws InterruptedException if this thread is interrupted
   */
  boolean isSettled() throws InterruptedException {
    if (!isOver()) {
      for (String group : groups) {
        offsets(group).forEach(this::see);
      }
    }
    return isOver();
  }

  private boolean isOver() {
    return changes.values().stream().filter(count -> count >= TRANSACTIONS).count() == shards;
  }

  private void see(TopicPartition shard, OffsetAndMetadata metadata) {
    if (!metadata.metadata().equals(last.put(shard, metadata.metadata()))) {
      changes.merge(shard, 1, Integer::sum);
    }
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
