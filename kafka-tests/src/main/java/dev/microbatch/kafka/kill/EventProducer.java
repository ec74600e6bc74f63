package dev.microbatch.kafka.kill;

import dev.microbatch.kafka.pipeline.EventPipeline;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends event after event at an even rate, until it is told to stop. The events of a key go to one
 * partition, in order.
 *
 * <p>Used by one thread; sends on another.
 */
final class EventProducer implements AutoCloseable {
  private static final long TICK_MILLIS = 10;

  private final Events events;
  private final Producer<String, String> producer;
  private final String topic;
  private final int partitions;
  private final int perSecond;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  private final AtomicInteger produced = new AtomicInteger();
  private long startNanos;

  /**
   * Creates a producer that does not send yet.
   *
   * @param events what it sends
   * @param producer where it sends; closed with this one
   * @param topic the topic
   * @param partitions how many partitions the topic has
   * @param perSecond events per second
   */
  EventProducer(
      Events events,
      Producer<String, String> producer,
      String topic,
      int partitions,
      int perSecond) {
    this.events = events;
    this.producer = producer;
    this.topic = topic;
    this.partitions = partitions;
    this.perSecond = perSecond;
  }

  /** Begins to send. */
  void start() {
    startNanos = System.nanoTime();
    var unused =
        thread.scheduleAtFixedRate(this::sendWhatIsDue, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void sendWhatIsDue() {
    try {
      long due = (System.nanoTime() - startNanos) / 1_000 * perSecond / 1_000_000;
      while (produced.get() < due) {
        // Counted before it is sent: who sees its results shall find it counted.
        Event event = events.get(produced.getAndIncrement());
        send(event.key() % partitions, event.millis(), String.valueOf(event.key()), event.number());
      }
    } catch (RuntimeException e) {
      failure.compareAndSet(null, e);
      throw e;
    }
  }

  private void send(int partition, long millis, String key, int number) {
    var unused =
        producer.send(
            new ProducerRecord<>(topic, partition, millis, key, String.valueOf(number)),
            (metadata, e) -> {
              if (e != null) {
                failure.compareAndSet(null, e);
              }
            });
  }

  /**
   * Returns how many events have been sent or are about to be.
   *
   * @throws IllegalStateException if one could not be sent
   */
  int produced() {
    if (failure.get() != null) {
      throw new IllegalStateException("An event could not be sent", failure.get());
    }
    return produced.get();
  }

  /**
   * Sends no further event, waits until all have arrived, and moves the watermark behind the end of
   * every session.
   *
   * @return how many events have been sent
   * @throws IllegalStateException if one could not be sent
   * @throws InterruptedException if this thread is interrupted
   */
  int finish() throws InterruptedException {
    stop();
    long end = events.millis(produced.get()) + events.sessionGapMillis();
    for (int partition = 0; partition < partitions; partition++) {
      send(partition, end, EventPipeline.WATERMARK_KEY, produced.get());
    }
    producer.flush();
    return produced();
  }

  private void stop() throws InterruptedException {
    thread.shutdown();
    if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("The broker does not take events any more");
    }
  }

  /** Stops sending. */
  @Override
  public void close() {
    thread.shutdownNow();
    producer.close();
  }
}
