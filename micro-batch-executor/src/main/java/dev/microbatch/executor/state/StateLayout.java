package dev.microbatch.executor.state;

import dev.microbatch.executor.block.KeyCodec;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * How what a stage keeps in one partition is encoded, and which part of it belongs there.
 *
 * @param keyCodec the keys of the stage's main inputs; the void key if they have none
 * @param windowCoder the windows of the main inputs
 * @param valueCoder the values of the main inputs
 * @param keyGroups how many key groups there are
 * @param partition the partition, from 0
 * @param range the key groups that it owns
 * @param tracked whether there will be commits, so that changes are to be tracked
 */
public record StateLayout(
    KeyCodec<Object> keyCodec,
    Coder<BoundedWindow> windowCoder,
    Coder<Object> valueCoder,
    int keyGroups,
    int partition,
    KeyGroupRange range,
    boolean tracked) {

  /** The key group of the hash of a key. */
  public int keyGroup(int hash) {
    return KeyCodec.keyGroup(hash, keyGroups);
  }
}
