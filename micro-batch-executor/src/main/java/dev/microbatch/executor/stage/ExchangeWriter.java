package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.Block;
import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.memory.Weigher;
import dev.microbatch.executor.plan.Exchange;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.values.KV;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Writes the records of one output into blocks for the partitions of the stage behind it. A block
 * that is full by number or by weight is handed over at once: however much one call outputs, the
 * writer holds one block per target.
 */
abstract class ExchangeWriter implements Receiver {

  /** The most records of a block. */
  static final int MAX_RECORDS = 1024;

  /** A block whose values keep about this many bytes is full. */
  static final long MAX_WEIGHT = 512 << 10;

  private final int exchange;
  private final boolean keyed;
  private final BlockSink sink;
  private final Weigher weigher;
  private final @Nullable Block[] blocks;
  private final long[] weights;

  /** How many records have been handed over. */
  private long count;

  /** How many of them were taken. */
  private long taken;

  private ExchangeWriter(Exchange exchange, int targets, BlockSink sink) {
    this.exchange = exchange.id();
    this.keyed = exchange.kind() == Exchange.Kind.BY_KEY;
    this.sink = sink;
    // Panes of side inputs are few, and shared by all who receive them.
    this.weigher = exchange.viewId() == null ? Weigher.of(exchange.coder()) : Weigher.constant();
    this.blocks = new Block[targets];
    this.weights = new long[targets];
  }

  /**
   * Creates the writer of an exchange in one partition.
   *
   * @param exchange the exchange
   * @param partition the partition that writes
   * @param parallelism how many partitions there are
   * @param keyGroups how many key groups there are
   * @param sink takes full blocks
   */
  static ExchangeWriter of(
      Exchange exchange, int partition, int parallelism, int keyGroups, BlockSink sink) {
    return switch (exchange.kind()) {
      case FORWARD -> new Forward(exchange, partition, parallelism, sink);
      case BY_KEY -> new ByKey(exchange, parallelism, keyGroups, sink);
      case REBALANCE -> new Rebalance(exchange, partition, parallelism, sink);
      case BROADCAST -> new Broadcast(exchange, parallelism, sink);
    };
  }

  /** Hands over what has gathered. */
  final void flush() {
    for (int target = 0; target < blocks.length; target++) {
      handOver(target, true);
    }
  }

  /** How many records have been handed over since the last call. */
  final long takeCount() {
    long more = count - taken;
    taken = count;
    return more;
  }

  /** How many records have been handed over since it was made. */
  final long count() {
    return count;
  }

  /** The index of the exchange in the plan. */
  final int exchange() {
    return exchange;
  }

  private void handOver(int target, boolean rest) {
    Block block = blocks[target];
    if (block != null) {
      // Sending may lead to more output here only after this call has returned to the stage.
      blocks[target] = null;
      weights[target] = 0;
      count += block.size();
      sink.send(exchange, target, block, rest);
    }
  }

  /** About how many bytes a value keeps. */
  final long weigh(Object value) {
    return weigher.weigh(value);
  }

  final void append(int target, Object value, Meta meta, long weight) {
    block(target).add(value, meta);
    handOverIfFull(target, weight);
  }

  final void append(int target, Object value, Meta meta, Object key, int hash) {
    block(target).add(value, meta, key, hash);
    handOverIfFull(target, weigher.weigh(value));
  }

  private Block block(int target) {
    Block block = blocks[target];
    if (block == null) {
      block = new Block(MAX_RECORDS, keyed);
      blocks[target] = block;
    }
    return block;
  }

  private void handOverIfFull(int target, long weight) {
    weights[target] += weight;
    if (blocks[target].isFull() || weights[target] >= MAX_WEIGHT) {
      handOver(target, false);
    }
  }

  /** To the same partition. */
  private static final class Forward extends ExchangeWriter {
    private final int partition;

    Forward(Exchange exchange, int partition, int parallelism, BlockSink sink) {
      super(exchange, parallelism, sink);
      this.partition = partition;
    }

    @Override
    public void process(Object value, Meta meta) {
      append(partition, value, meta, weigh(value));
    }
  }

  /** To the owner of the key. */
  private static final class ByKey extends ExchangeWriter {
    private final KeyCodec<Object> codec;
    private final int[] partitionOfGroup;

    @SuppressWarnings("unchecked")
    ByKey(Exchange exchange, int parallelism, int keyGroups, BlockSink sink) {
      super(exchange, parallelism, sink);
      this.codec = KeyCodec.of((Coder<Object>) exchange.keyCoder());
      this.partitionOfGroup = new int[keyGroups];
      for (int group = 0; group < keyGroups; group++) {
        partitionOfGroup[group] = KeyCodec.partition(group, keyGroups, parallelism);
      }
    }

    @Override
    public void process(Object value, Meta meta) {
      Object key = ((KV<?, ?>) value).getKey();
      Object comparable = key;
      long own = codec.hashIfItself(key);
      int hash = (int) own;
      if (own == KeyCodec.NOT_ITSELF) {
        comparable = codec.comparable(key);
        hash = codec.hash(key, comparable);
      }
      int target = partitionOfGroup[KeyCodec.keyGroup(hash, partitionOfGroup.length)];
      append(target, value, meta, comparable, hash);
    }
  }

  /** To all in turn, beginning with its own so that few records spread as well. */
  private static final class Rebalance extends ExchangeWriter {
    private final int parallelism;
    private int next;

    Rebalance(Exchange exchange, int partition, int parallelism, BlockSink sink) {
      super(exchange, parallelism, sink);
      this.parallelism = parallelism;
      this.next = partition;
    }

    @Override
    public void process(Object value, Meta meta) {
      int target = next;
      next = target + 1 == parallelism ? 0 : target + 1;
      append(target, value, meta, weigh(value));
    }
  }

  /** To every partition; the value is shared by reference. */
  private static final class Broadcast extends ExchangeWriter {
    private final int parallelism;

    Broadcast(Exchange exchange, int parallelism, BlockSink sink) {
      super(exchange, parallelism, sink);
      this.parallelism = parallelism;
    }

    @Override
    public void process(Object value, Meta meta) {
      long weight = weigh(value);
      for (int target = 0; target < parallelism; target++) {
        append(target, value, meta, weight);
      }
    }
  }
}
