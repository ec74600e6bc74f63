package dev.microbatch.executor.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/** An unbounded source whose splits are made of what it finds in a {@link Broker}. */
final class FoundSource extends UnboundedSource<Long, FoundSource.Mark> {

  private static final long serialVersionUID = 1;

  /** Brokers by name: what is there is no part of a source. */
  private static final Map<String, Broker> BROKERS = new ConcurrentHashMap<>();

  /** How a source splits. */
  enum Splitting {
    /** Deals the partitions of a topic out to its splits, as KafkaIO does. */
    PARTITIONS,
    /** Gives itself several times, as a queue whose consumers share the work. */
    COPIES,
    /** Makes a subscription and gives it several times, as PubsubIO does for a topic. */
    SUBSCRIPTION,
    /** Gives each split a name that was never there before. */
    NAMES
  }

  /** What is outside the pipeline. Thread-safe. */
  static final class Broker {
    private final String name = UUID.randomUUID().toString();
    private volatile int partitions;
    private volatile boolean down;
    private volatile int looks;

    Broker(int partitions) {
      this.partitions = partitions;
      BROKERS.put(name, this);
    }

    void setPartitions(int number) {
      partitions = number;
    }

    void goDown() {
      down = true;
    }

    /** How often sources have been split. */
    int looks() {
      return looks;
    }

    FoundSource source(Splitting splitting) {
      return new FoundSource(name, splitting, List.of());
    }
  }

  private final String broker;
  private final Splitting splitting;

  @SuppressWarnings("UnusedVariable") // read by serialization: it tells splits apart
  private final List<String> assigned;

  private FoundSource(String broker, Splitting splitting, List<String> assigned) {
    this.broker = broker;
    this.splitting = splitting;
    this.assigned = assigned;
  }

  /** The position of a split that never has a record. */
  record Mark() implements CheckpointMark {
    @Override
    public void finalizeCheckpoint() {}
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread splits
  public List<FoundSource> split(int desiredNumSplits, PipelineOptions options) {
    Broker found = BROKERS.get(broker);
    found.looks++;
    if (found.down) {
      throw new IllegalStateException("the broker is down");
    }
    return switch (splitting) {
      case PARTITIONS -> partitions(Math.min(desiredNumSplits, found.partitions), found.partitions);
      case COPIES -> copies(this, 2 * desiredNumSplits);
      case SUBSCRIPTION ->
          copies(assigned("subscription " + UUID.randomUUID()), 2 * desiredNumSplits);
      case NAMES -> names(found.partitions);
    };
  }

  private List<FoundSource> partitions(int splits, int partitions) {
    List<FoundSource> dealt = new ArrayList<>();
    for (int split = 0; split < splits; split++) {
      List<String> share = new ArrayList<>();
      for (int partition = split; partition < partitions; partition += splits) {
        share.add("partition " + partition);
      }
      dealt.add(new FoundSource(broker, splitting, share));
    }
    return dealt;
  }

  private static List<FoundSource> copies(FoundSource source, int number) {
    List<FoundSource> copies = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      copies.add(source);
    }
    return copies;
  }

  private List<FoundSource> names(int number) {
    List<FoundSource> named = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      named.add(assigned(UUID.randomUUID().toString()));
    }
    return named;
  }

  private FoundSource assigned(String what) {
    return new FoundSource(broker, splitting, new ArrayList<>(List.of(what)));
  }

  @Override
  public UnboundedReader<Long> createReader(PipelineOptions options, @Nullable Mark mark) {
    return new Reader(this);
  }

  @Override
  public Coder<Mark> getCheckpointMarkCoder() {
    return DelegateCoder.of(VarIntCoder.of(), mark -> 0, number -> new Mark());
  }

  @Override
  public Coder<Long> getOutputCoder() {
    return VarLongCoder.of();
  }

  private static final class Reader extends UnboundedReader<Long> {
    private final FoundSource source;

    Reader(FoundSource source) {
      this.source = source;
    }

    @Override
    public boolean start() {
      return false;
    }

    @Override
    public boolean advance() {
      return false;
    }

    @Override
    public Long getCurrent() {
      throw new NoSuchElementException();
    }

    @Override
    public Instant getCurrentTimestamp() {
      throw new NoSuchElementException();
    }

    @Override
    public Instant getWatermark() {
      return Instant.EPOCH;
    }

    @Override
    public CheckpointMark getCheckpointMark() {
      return new Mark();
    }

    @Override
    public UnboundedSource<Long, ?> getCurrentSource() {
      return source;
    }

    @Override
    public void close() {}
  }
}
