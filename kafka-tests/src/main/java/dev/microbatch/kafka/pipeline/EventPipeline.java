package dev.microbatch.kafka.pipeline;

import dev.microbatch.kafka.process.ParentWatch;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.kafka.KafkaIO;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Filter;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.joda.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads events from a topic, numbers those of each key and counts them in sessions, and writes both
 * results by KafkaIO's exactly-once sink. It never ends.
 */
public final class EventPipeline {
  /** The key of a record that is no event: it only moves the watermark to its timestamp. */
  public static final String WATERMARK_KEY = "watermark";

  private static final Logger LOG = LoggerFactory.getLogger(EventPipeline.class);

  /** Some hundred events. */
  private static final int FETCH_BYTES = 32 << 10;

  private static final int FAILED = 1;

  private EventPipeline() {}

  /**
   * Runs the pipeline.
   *
   * @param args Beam's options, and those of {@link EventPipelineOptions}
   */
  public static void main(String[] args) {
    ParentWatch.start();
    EventPipelineOptions options =
        PipelineOptionsFactory.fromArgs(args).withValidation().as(EventPipelineOptions.class);
    int exit = FAILED;
    try {
      create(options).run().waitUntilFinish();
      exit = 0;
    } catch (RuntimeException e) {
      LOG.error("The pipeline failed", e);
    } finally {
      // KafkaIO's sink leaves a thread that keeps the process alive.
      System.exit(exit);
    }
  }

  private static Pipeline create(EventPipelineOptions options) {
    Pipeline pipeline = Pipeline.create(options);
    PCollection<KV<String, String>> events =
        pipeline
            .apply("Read events", read(options).withoutMetadata())
            .apply("Drop watermarks", Filter.by(event -> !WATERMARK_KEY.equals(event.getKey())));
    events
        .apply("Number events", ParDo.of(new NumberEventsFn()))
        .apply("Write numbered", write(options, options.getNumberedTopic()));
    events
        .apply(
            "Find sessions",
            Window.into(Sessions.withGapDuration(Duration.millis(options.getSessionGapMillis()))))
        .apply("Count events", Count.perKey())
        .apply("Format sessions", ParDo.of(new FormatSessionFn()))
        .apply("Write sessions", write(options, options.getSessionsTopic()));
    return pipeline;
  }

  private static KafkaIO.Read<String, String> read(EventPipelineOptions options) {
    return KafkaIO.<String, String>read()
        .withBootstrapServers(options.getBootstrapServers())
        .withTopic(options.getEventsTopic())
        .withKeyDeserializer(StringDeserializer.class)
        .withValueDeserializer(StringDeserializer.class)
        .withConsumerConfigUpdates(
            Map.of(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                // Kafka empties a partition's portion before it turns to the next: with portions of
                // a megabyte, a short life would read a single partition.
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                FETCH_BYTES))
        .withTimestampPolicyFactory((partition, previous) -> new EventTimePolicy(previous));
  }

  private static KafkaIO.Write<String, String> write(EventPipelineOptions options, String topic) {
    return KafkaIO.<String, String>write()
        .withBootstrapServers(options.getBootstrapServers())
        .withTopic(topic)
        .withKeySerializer(StringSerializer.class)
        .withValueSerializer(StringSerializer.class)
        // A group of its own for each sink: it is where the sink keeps how far it has written.
        .withEOS(options.getShards(), sinkGroup(topic));
  }

  /**
   * Returns the consumer group in which the sink keeps how far it has written.
   *
   * @param topic the topic that it writes to
   */
  public static String sinkGroup(String topic) {
    return "sink-" + topic;
  }
}
