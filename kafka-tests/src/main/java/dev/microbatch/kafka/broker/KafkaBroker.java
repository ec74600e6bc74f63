package dev.microbatch.kafka.broker;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.microbatch.kafka.process.ChildFailedException;
import dev.microbatch.kafka.process.JavaProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A Kafka broker on this machine that is also its own controller (KRaft, no ZooKeeper), in a
 * process of its own. It starts without topics and keeps nothing when it is closed. Transactions
 * work: their topics need no second broker.
 *
 * <p>The process ends with this one, however this one ends.
 *
 * <p>Thread-safe.
 */
public final class KafkaBroker implements AutoCloseable {
  private static final long START_SECONDS = 60;
  private static final long ADMIN_SECONDS = 30;

  private final Path directory;
  private final String address;
  private final JavaProcess process;
  private final Admin admin;

  private KafkaBroker(Path directory, String address, JavaProcess process) {
    this.directory = directory;
    this.address = address;
    this.process = process;
    this.admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, address));
  }

  /**
   * Starts a broker and waits until it answers.
   *
   * @return a broker on a free port of the loopback interface
   * @throws IOException if it cannot have a directory, ports or a process
   * @throws ChildFailedException if it does not answer; the message has the end of its log
   * @throws InterruptedException if this thread is interrupted
   */
  public static KafkaBroker start() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("kafka-broker-");
    int[] ports = freePorts();
    String address = "127.0.0.1:" + ports[0];
    Path properties = directory.resolve("broker.properties");
    try (OutputStream out = Files.newOutputStream(properties)) {
      properties(directory.resolve("data"), address, "127.0.0.1:" + ports[1]).store(out, null);
    }
    JavaProcess process =
        JavaProcess.start(
            "Kafka broker",
            List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            BrokerMain.class,
            List.of(properties.toString()),
            directory.resolve("broker.log"));
    KafkaBroker broker = new KafkaBroker(directory, address, process);
    try {
      broker.awaitAnswer();
    } catch (RuntimeException | InterruptedException e) {
      broker.close();
      throw e;
    }
    return broker;
  }

  private static Properties properties(Path data, String address, String controller) {
    Properties properties = new Properties();
    properties.putAll(
        Map.of(
            "process.roles", "broker,controller",
            "node.id", "1",
            "controller.quorum.voters", "1@" + controller,
            "listeners", "PLAINTEXT://" + address + ",CONTROLLER://" + controller,
            "advertised.listeners", "PLAINTEXT://" + address,
            "controller.listener.names", "CONTROLLER",
            "inter.broker.listener.name", "PLAINTEXT",
            "log.dirs", data.toString(),
            // Who misspells a topic shall hear of it.
            "auto.create.topics.enable", "false",
            // It would take 128 MB for compacting logs that do not live long enough.
            "log.cleaner.enable", "false"));
    properties.putAll(
        Map.of(
            "offsets.topic.num.partitions", "1",
            "offsets.topic.replication.factor", "1",
            "transaction.state.log.num.partitions", "1",
            "transaction.state.log.replication.factor", "1",
            "transaction.state.log.min.isr", "1",
            // How late the transaction of a dead producer may be aborted after its timeout.
            "transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000",
            // Records may have timestamps of long ago, and would be deleted after half a minute.
            "log.retention.ms", "-1",
            "group.initial.rebalance.delay.ms", "0"));
    return properties;
  }

  private static int[] freePorts() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket one = new ServerSocket(0, 1, loopback);
        ServerSocket other = new ServerSocket(0, 1, loopback)) {
      return new int[] {one.getLocalPort(), other.getLocalPort()};
    }
  }

  private void awaitAnswer() throws InterruptedException {
    CompletableFuture<?> answer =
        admin.describeCluster().nodes().toCompletionStage().toCompletableFuture();
    try {
      CompletableFuture.anyOf(answer, process.onExit()).get(START_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new ChildFailedException(
          "The Kafka broker does not answer after %d s".formatted(START_SECONDS), process);
    } catch (ExecutionException e) {
      throw new ChildFailedException(
          "The Kafka broker does not answer: " + e.getCause().getMessage(), process);
    }
    process.checkAlive();
  }

  /** Returns {@code host:port}, as clients want it. */
  public String bootstrapServers() {
    return address;
  }

  /**
   * Creates a topic.
   *
   * @param topic its name
   * @param partitions how many partitions it has
   * @param config what differs from Kafka's defaults, by Kafka's names
   * @throws IllegalStateException if the broker refuses
   * @throws InterruptedException if this thread is interrupted
   */
  public void createTopic(String topic, int partitions, Map<String, String> config)
      throws InterruptedException {
    NewTopic wanted = new NewTopic(topic, partitions, (short) 1).configs(config);
    try {
      admin.createTopics(List.of(wanted)).all().get(ADMIN_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("The topic %s is refused".formatted(topic), e.getCause());
    } catch (TimeoutException e) {
      throw new ChildFailedException("The Kafka broker creates no topic", process);
    }
  }

  /**
   * Adds partitions to a topic, and returns when they are there.
   *
   * @param topic the topic
   * @param partitions how many it is to have
   */
  public void increasePartitions(String topic, int partitions) throws InterruptedException {
    try {
      admin
          .createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
          .all()
          .get(ADMIN_SECONDS, TimeUnit.SECONDS);
      while (partitions(topic) != partitions) {
        // The broker tells itself by way of a log.
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "More partitions of %s are refused".formatted(topic), e.getCause());
    } catch (TimeoutException e) {
      throw new ChildFailedException("The Kafka broker adds no partitions", process);
    }
  }

  private int partitions(String topic)
      throws InterruptedException, ExecutionException, TimeoutException {
    return admin
        .describeTopics(List.of(topic))
        .allTopicNames()
        .get(ADMIN_SECONDS, TimeUnit.SECONDS)
        .get(topic)
        .partitions()
        .size();
  }

  /** Returns a producer that waits until what it sends is safe. The caller closes it. */
  public Producer<String, String> newProducer() {
    return new KafkaProducer<>(
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, address,
            ProducerConfig.ACKS_CONFIG, "all",
            ProducerConfig.LINGER_MS_CONFIG, "5"),
        new StringSerializer(),
        new StringSerializer());
  }

  /**
   * Returns a consumer at the beginning of topics, which sees what transactions have committed and
   * nothing else. The caller closes it.
   *
   * @param topics the topics, of which it has all partitions
   */
  public Consumer<String, String> newCommittedConsumer(Collection<String> topics) {
    Consumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                address,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed"),
            new StringDeserializer(),
            new StringDeserializer());
    List<TopicPartition> partitions =
        topics.stream()
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  /** Ends the broker and deletes all that it kept. */
  @Override
  public void close() {
    admin.close();
    process.close();
    try {
      MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + directory, e);
    }
  }
}
