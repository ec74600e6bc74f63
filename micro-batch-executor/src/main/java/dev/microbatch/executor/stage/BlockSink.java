package dev.microbatch.executor.stage;

import dev.microbatch.executor.block.Block;

/** Takes blocks from a stage program and brings them to where they belong: the engine. */
@FunctionalInterface
public interface BlockSink {

  /**
   * Hands a block over. May run consumers on the same thread, and may wait until there is room.
   *
   * @param exchange the index of the exchange
   * @param targetPartition the partition that it is for
   * @param block the records; the caller touches them no more
   * @param rest whether they are what was left when the stage had completed its batch, rather than
   *     a full block: then nobody waits for the room that they take
   */
  void send(int exchange, int targetPartition, Block block, boolean rest);
}
