package dev.microbatch.encoded;

import java.io.Serializable;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What travels between two partitions: a block, or the end of what one sends to the other in a
 * batch, with its times.
 *
 * @param exchange the exchange
 * @param upstream the partition that has sent it
 * @param target the partition that it is for
 * @param rest whether it waits for the turn of its stage
 * @param block the encoded block; null for an end
 * @param watermark the watermark at the end, in milliseconds
 * @param synchronizedTime the synchronized processing time at the end, in milliseconds
 */
record Frame(
    int exchange,
    int upstream,
    int target,
    boolean rest,
    byte @Nullable [] block,
    long watermark,
    long synchronizedTime)
    implements Serializable {

  static Frame ofBlock(int exchange, int upstream, int target, boolean rest, byte[] block) {
    return new Frame(exchange, upstream, target, rest, block, 0, 0);
  }

  static Frame ofEnd(
      int exchange, int upstream, int target, long watermark, long synchronizedTime) {
    return new Frame(exchange, upstream, target, true, null, watermark, synchronizedTime);
  }
}
