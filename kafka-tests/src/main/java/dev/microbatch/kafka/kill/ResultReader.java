package dev.microbatch.kafka.kill;

import java.time.Duration;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * Enters what the pipeline has committed into ledgers.
 *
 * <p>Not thread-safe.
 */
final class ResultReader implements AutoCloseable {
  private static final Duration LAST_WAIT = Duration.ofMillis(200);

  private final Events events;
  private final EventProducer producer;
  private final Consumer<String, String> consumer;
  private final Map<String, Ledger> ledgers;
  private int expected;

  /**
   * Creates a reader.
   *
   * @param events what is produced
   * @param producer by whom
   * @param consumer at the beginning of the topics; closed with this one
   * @param ledgers the ledger of each topic
   */
  ResultReader(
      Events events,
      EventProducer producer,
      Consumer<String, String> consumer,
      Map<String, Ledger> ledgers) {
    this.events = events;
    this.producer = producer;
    this.consumer = consumer;
    this.ledgers = ledgers;
  }

  /**
   * Enters the results that are there.
   *
   * @param wait how long to wait for one if there is none
   * @param appended gets the time, in milliseconds, at which the broker got each of them
   * @return how many there were
   */
  int poll(Duration wait, LongConsumer appended) {
    ConsumerRecords<String, String> records = consumer.poll(wait);
    // Only now: the events behind these results have been produced by now.
    int produced = producer.produced();
    for (; expected < produced; expected++) {
      Event event = events.get(expected);
      ledgers.values().forEach(ledger -> ledger.expect(event));
    }
    for (ConsumerRecord<String, String> record : records) {
      appended.accept(record.timestamp());
      ledgers
          .get(record.topic())
          .enter(
              new Result(record.key(), record.value()),
              "partition %d, offset %d".formatted(record.partition(), record.offset()));
    }
    return records.count();
  }

  /** Enters the results up to the end of the topics. */
  void readToEnd() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
      poll(LAST_WAIT, time -> {});
    }
  }

  /** Returns whether every expected result is there. */
  boolean isComplete() {
    return ledgers.values().stream().allMatch(Ledger::isComplete);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
