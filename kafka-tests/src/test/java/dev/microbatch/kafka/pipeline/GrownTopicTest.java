package dev.microbatch.kafka.pipeline;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.kafka.broker.KafkaBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.kafka.KafkaIO;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.values.KV;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A topic that gets partitions between two runs of a pipeline: nothing is left out in silence. */
class GrownTopicTest {

  private static final int PARTITIONS = 2;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final Queue<String> READ = new ConcurrentLinkedQueue<>();

  private static KafkaBroker broker;

  @TempDir Path checkpoints;

  private final Queue<String> warnings = new ConcurrentLinkedQueue<>();
  private final Logger log = Logger.getLogger("dev.microbatch.executor.batch");
  private final Handler handler =
      new Handler() {
        private final SimpleFormatter formatter = new SimpleFormatter();

        @Override
        public void publish(LogRecord entry) {
          if (entry.getLevel().equals(Level.WARNING)) {
            warnings.add(formatter.formatMessage(entry));
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeAll
  static void startBroker() throws IOException, InterruptedException {
    broker = KafkaBroker.start();
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void listen() {
    READ.clear();
    log.addHandler(handler);
  }

  @AfterEach
  void listenNoMore() {
    log.removeHandler(handler);
  }

  private static final class NoteFn extends DoFn<KV<String, String>, Void> {
    private static final long serialVersionUID = 1;

    private final Counter counter = Metrics.counter(NoteFn.class, "records");

    @ProcessElement
    public void process(@Element KV<String, String> event) {
      READ.add(event.getValue());
      counter.inc();
    }
  }

  private PipelineResult run(String topic, String... more) {
    List<String> args = new ArrayList<>(List.of(more));
    args.add("--runner=MicroBatchRunner");
    args.add("--blockOnRun=false");
    args.add("--parallelism=" + PARTITIONS);
    args.add("--checkpointDir=" + checkpoints);
    args.add("--checkpointIntervalMillis=100");
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs(args.toArray(new String[0])).create());
    pipeline
        .apply(
            "Read",
            KafkaIO.<String, String>read()
                .withBootstrapServers(broker.bootstrapServers())
                .withTopic(topic)
                .withKeyDeserializer(StringDeserializer.class)
                .withValueDeserializer(StringDeserializer.class)
                .withConsumerConfigUpdates(
                    Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"))
                .withoutMetadata())
        .apply("Note", ParDo.of(new NoteFn()));
    return pipeline.run();
  }

  /** Lets a pipeline run until so many records have been committed, in all its lives. */
  private static void stopAfter(PipelineResult result, long records) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    long committed = 0;
    while (committed < records && System.nanoTime() - deadline < 0) {
      assertThat(result.waitUntilFinish(org.joda.time.Duration.millis(50)), is(nullValue()));
      committed = committed(result);
    }
    assertThat("committed", committed, is(records));
    result.cancel();
  }

  private static long committed(PipelineResult result) {
    long sum = 0;
    MetricsFilter records =
        MetricsFilter.builder()
            .addNameFilter(MetricNameFilter.named(NoteFn.class, "records"))
            .build();
    for (MetricResult<Long> one : result.metrics().queryMetrics(records).getCounters()) {
      Long committed = one.getCommittedOrNull();
      sum += committed == null ? 0 : committed;
    }
    return sum;
  }

  private static void send(String topic, int partition, String event) throws Exception {
    try (Producer<String, String> producer = broker.newProducer()) {
      producer.send(new ProducerRecord<>(topic, partition, "key", event)).get();
    }
  }

  /** To 4 partitions, which are as many splits as before, or 3, which are more. */
  @ParameterizedTest
  @CsvSource({"4, 2", "3, 3"})
  void newPartitionsAreRefusedOrLeftOutWithAWarning(int partitions, int splits) throws Exception {
    String topic = "grown-to-" + partitions;
    broker.createTopic(topic, PARTITIONS, Map.of());
    send(topic, 0, "before");
    stopAfter(run(topic), 1);
    broker.increasePartitions(topic, partitions);
    send(topic, 0, "after");
    send(topic, partitions - 1, "new");

    assertThat(
        assertThrows(RuntimeException.class, () -> run(topic)).getMessage(),
        allOf(
            containsString("source Read"),
            containsString(splits + " splits"),
            containsString("--onSourceChange=KEEP")));
    assertThat(warnings, empty());

    stopAfter(run(topic, "--onSourceChange=KEEP"), 2);

    assertThat(READ, containsInAnyOrder("before", "after"));
    assertThat(
        warnings, contains(allOf(containsString("source Read"), containsString("is not read"))));
  }

  @ParameterizedTest
  @CsvSource({"2", "3"})
  void aTopicThatHasNotGrownIsReadOnWithoutAWord(int partitions) throws Exception {
    String topic = "not-grown-" + partitions;
    broker.createTopic(topic, partitions, Map.of());
    send(topic, 0, "before");
    stopAfter(run(topic), 1);
    send(topic, partitions - 1, "after");

    stopAfter(run(topic), 2);

    assertThat(READ, containsInAnyOrder("before", "after"));
    assertThat(warnings, empty());
  }
}
