package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.Block;

/** Takes full blocks from a stage program and brings them to where they belong: the engine. */
@FunctionalInterface
public interface BlockSink {

  /**
   * Hands a block over. May run consumers on the same thread, and may wait until there is room.
   *
   * @param exchange the index of the exchange
   * @param targetPartition the partition that it is for
   * @param block the records; the caller touches them no more
   */
  void send(int exchange, int targetPartition, Block block);
}
