package dev.microbatch.executor.checkpoint;

import java.io.Serializable;

/**
 * What has a chain.
 *
 * @param step the name of the step
 * @param partition the partition
 */
record ChainKey(String step, int partition) implements Comparable<ChainKey>, Serializable {

  @Override
  public int compareTo(ChainKey other) {
    int bySteps = step.compareTo(other.step);
    return bySteps != 0 ? bySteps : Integer.compare(partition, other.partition);
  }
}
