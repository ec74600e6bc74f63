package dev.microbatch.executor.stage;

import java.io.Serializable;

/**
 * How many records each source stage may read in each partition in one batch.
 *
 * <p>Immutable once it is part of a header.
 */
public final class ReadShares implements Serializable {

  private static final long serialVersionUID = 1L;

  private final long[][] byStage;
  private final long others;

  /**
   * Creates shares.
   *
   * @param stages how many stages the plan has
   * @param others the share of everybody who is not given another one
   */
  public ReadShares(int stages, long others) {
    this.byStage = new long[stages][];
    this.others = others;
  }

  /**
   * Gives a share to one reader.
   *
   * @param parallelism how many partitions there are
   * @param records how many records it may read; 0 if it is to wait
   */
  public void set(int stage, int partition, int parallelism, long records) {
    if (byStage[stage] == null) {
      byStage[stage] = new long[parallelism];
    }
    byStage[stage][partition] = records;
  }

  /** How many records a source stage may read in a partition; 0 if it is to wait. */
  public long of(int stage, int partition) {
    return stage < byStage.length && byStage[stage] != null ? byStage[stage][partition] : others;
  }
}
