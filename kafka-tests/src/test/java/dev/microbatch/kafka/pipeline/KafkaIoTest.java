package dev.microbatch.kafka.pipeline;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableMultiset;
import com.google.common.collect.Multiset;
import com.google.common.collect.TreeMultiset;
import dev.microbatch.kafka.broker.KafkaBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.PipelineResult;
import org.apache.beam.sdk.io.kafka.KafkaIO;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.PAssert;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** KafkaIO as users use it, against a broker. */
class KafkaIoTest {

  @TempDir static Path checkpoints;
  private static final String SPLITTABLE = "use_sdf_read";
  private static final int UNEVEN = 100;
  private static final int KEYS = 20;
  private static final int EVENTS = 8_000;
  private static final long FIRST = 1_700_000_000_000L;
  private static final long STEP = 10;
  private static final long WINDOW = 2_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static KafkaBroker broker;

  @BeforeAll
  static void startBroker() throws IOException, InterruptedException {
    broker = KafkaBroker.start();
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @ParameterizedTest
  @CsvSource({"use_deprecated_read, 4", SPLITTABLE + ", 2"})
  void everyWindowIsCountedAndWrittenOnce(String experiment, int partitions) throws Exception {
    String events = "events-" + experiment;
    String counts = "counts-" + experiment;
    broker.createTopic(events, partitions, Map.of());
    broker.createTopic(counts, 2, Map.of());
    Multiset<String> expected = produce(events, partitions);

    PipelineResult result = pipeline(events, counts, experiment).run();
    try (Consumer<String, String> consumer = broker.newCommittedConsumer(List.of(counts))) {
      Multiset<String> seen = TreeMultiset.create();
      readUntil(expected.size(), consumer, seen);
      assertThat(result.getState(), is(PipelineResult.State.RUNNING));
      result.cancel();
      while (poll(consumer, seen)) {
        // What else it may have written is seen as well.
      }
      assertThat(ImmutableMultiset.copyOf(seen), is(expected));
    }
  }

  @Test
  void aReadLimitedByNumberEndsHoweverUnevenPartitionsAreAndAcknowledgesWhatItRead()
      throws Exception {
    String topic = "uneven";
    broker.createTopic(topic, 4, Map.of());
    try (Producer<String, String> producer = broker.newProducer()) {
      for (int i = 0; i < UNEVEN; i++) {
        int partition = i % 10 == 0 ? 3 : 1;
        producer.send(new ProducerRecord<>(topic, partition, "key", "event " + i)).get();
      }
    }
    Pipeline pipeline =
        Pipeline.create(
            PipelineOptionsFactory.fromArgs("--runner=MicroBatchRunner", "--parallelism=4")
                .create());
    PAssert.thatSingleton(
            pipeline
                .apply(
                    "Read",
                    read("")
                        .withBootstrapServers(broker.bootstrapServers())
                        .withTopic(topic)
                        .withKeyDeserializer(StringDeserializer.class)
                        .withValueDeserializer(StringDeserializer.class)
                        .withConsumerConfigUpdates(
                            Map.of(
                                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                "earliest",
                                ConsumerConfig.GROUP_ID_CONFIG,
                                topic))
                        .withMaxNumRecords(UNEVEN)
                        .commitOffsetsInFinalize()
                        .withoutMetadata())
                .apply(Count.globally()))
        .isEqualTo((long) UNEVEN);

    PipelineResult result = pipeline.run();

    assertThat(result.getState(), is(PipelineResult.State.DONE));
    assertThat(committed(result, "checkpointMarkCommitsEnqueued"), is(greaterThan(0L)));
    assertThat(committedOffsets(topic), is((long) UNEVEN));
  }

  private static long committed(PipelineResult result, String counter) {
    MetricsFilter filter =
        MetricsFilter.builder()
            .addNameFilter(MetricNameFilter.named("KafkaIOReader", counter))
            .build();
    long sum = 0;
    for (MetricResult<Long> one : result.metrics().queryMetrics(filter).getCounters()) {
      sum += one.getCommitted();
    }
    return sum;
  }

  /** How far a consumer group has read a topic that bears its name, all partitions together. */
  private static long committedOffsets(String group) {
    try (Consumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrapServers(),
                ConsumerConfig.GROUP_ID_CONFIG,
                group),
            new StringDeserializer(),
            new StringDeserializer())) {
      Set<TopicPartition> partitions =
          consumer.partitionsFor(group).stream()
              .map(partition -> new TopicPartition(group, partition.partition()))
              .collect(Collectors.toSet());
      return consumer.committed(partitions).values().stream()
          .filter(Objects::nonNull)
          .mapToLong(OffsetAndMetadata::offset)
          .sum();
    }
  }

  /** The second process is built by the same code, but shares no object with the first. */
  @ParameterizedTest
  @CsvSource({"use_deprecated_read, 4, RESPLIT", SPLITTABLE + ", 2, KEEP"})
  void aRestartedPipelineResumesAndOneThatReadsElsewhereIsRefused(
      String experiment, int partitions, String onSourceChange) throws Exception {
    String events = "restart-" + experiment;
    String counts = "restarted-" + experiment;
    broker.createTopic(events, partitions, Map.of());
    broker.createTopic(counts, 2, Map.of());
    final Multiset<String> expected = produce(events, partitions);

    try (Consumer<String, String> consumer = broker.newCommittedConsumer(List.of(counts))) {
      Multiset<String> seen = TreeMultiset.create();
      PipelineResult first = pipeline(events, counts, experiment).run();
      readUntil(1, consumer, seen);
      first.cancel();
      PipelineResult second = pipeline(events, counts, experiment).run();
      readUntil(expected.size(), consumer, seen);
      second.cancel();

      String refused = refusal(pipeline("other-" + events, counts, experiment));
      assertThat(refused, allOf(containsString("step Read"), containsString("topics")));
      assertThat(refused, not(containsString(events)));

      String moved = broker.bootstrapServers().replace("127.0.0.1", "localhost");
      assertThat(moved, is(not(broker.bootstrapServers())));
      assertThat(
          refusal(pipeline(moved, events, counts, experiment)),
          containsString(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG));
      PipelineResult third =
          pipeline(moved, events, counts, experiment, "--onSourceChange=" + onSourceChange).run();
      assertThat(third.waitUntilFinish(org.joda.time.Duration.millis(500)), is(nullValue()));
      third.cancel();
      while (poll(consumer, seen)) {
        // What else it may have written is seen as well.
      }
      assertThat(ImmutableMultiset.copyOf(seen), is(expected));
    }
  }

  private static String refusal(Pipeline pipeline) {
    return assertThrows(RuntimeException.class, pipeline::run).getMessage();
  }

  private static void readUntil(
      int results, Consumer<String, String> consumer, Multiset<String> seen) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (seen.size() < results && System.nanoTime() < deadline) {
      poll(consumer, seen);
    }
  }

  private static Multiset<String> produce(String topic, int partitions) throws Exception {
    Multiset<String> counts = TreeMultiset.create();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (Producer<String, String> producer = broker.newProducer()) {
      for (int i = 0; i < EVENTS; i++) {
        int key = i % KEYS;
        long time = FIRST + i * STEP;
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    topic, key % partitions, time, String.valueOf(key), "event " + i)));
        counts.add(key + "@" + (time - time % WINDOW));
      }
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    }
    ImmutableMultiset.Builder<String> expected = ImmutableMultiset.builder();
    counts.entrySet().forEach(e -> expected.add(e.getElement() + "=" + e.getCount()));
    return expected.build();
  }

  private static boolean poll(Consumer<String, String> consumer, Multiset<String> seen) {
    boolean any = false;
    for (ConsumerRecord<String, String> result : consumer.poll(Duration.ofMillis(500))) {
      seen.add(result.key() + "@" + result.value());
      any = true;
    }
    return any;
  }

  /** Writes a count as {@code (key, start=count)}. */
  static final class FormatWindowFn extends DoFn<KV<String, Long>, KV<String, String>> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(
        @Element KV<String, Long> count,
        BoundedWindow window,
        OutputReceiver<KV<String, String>> out) {
      long start = ((IntervalWindow) window).start().getMillis();
      out.output(KV.of(count.getKey(), start + "=" + count.getValue()));
    }
  }

  private static KafkaIO.Read<String, String> read(String experiment) {
    KafkaIO.Read<String, String> read = KafkaIO.read();
    // The splittable form waits that long in each look at a partition; the other has no such
    // option.
    return experiment.equals(SPLITTABLE) ? read.withConsumerPollingTimeout(1) : read;
  }

  private static Pipeline pipeline(String events, String counts, String experiment) {
    return pipeline(broker.bootstrapServers(), events, counts, experiment);
  }

  private static Pipeline pipeline(
      String servers, String events, String counts, String experiment, String... more) {
    List<String> args = new ArrayList<>(List.of(more));
    args.add("--runner=MicroBatchRunner");
    args.add("--blockOnRun=false");
    args.add("--parallelism=2");
    args.add("--checkpointDir=" + checkpoints.resolve(counts));
    args.add("--checkpointIntervalMillis=100");
    args.add("--experiments=" + experiment);
    Pipeline pipeline =
        Pipeline.create(PipelineOptionsFactory.fromArgs(args.toArray(new String[0])).create());
    pipeline
        .apply(
            "Read",
            read(experiment)
                .withBootstrapServers(servers)
                .withTopic(events)
                .withKeyDeserializer(StringDeserializer.class)
                .withValueDeserializer(StringDeserializer.class)
                .withConsumerConfigUpdates(
                    Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"))
                .withConsumerFactoryFn(
                    config -> new KafkaConsumer<>(config)) // so there is a lambda
                .withCreateTime(org.joda.time.Duration.ZERO)
                .withoutMetadata())
        .apply("Window", Window.into(FixedWindows.of(org.joda.time.Duration.millis(WINDOW))))
        .apply("Count", Count.perKey())
        .apply("Format", ParDo.of(new FormatWindowFn()))
        .apply(
            "Write",
            KafkaIO.<String, String>write()
                .withBootstrapServers(broker.bootstrapServers())
                .withTopic(counts)
                .withKeySerializer(StringSerializer.class)
                .withValueSerializer(StringSerializer.class)
                .withEOS(2, "sink-" + counts));
    return pipeline;
  }
}
