package dev.microbatch.executor.batch;

import dev.microbatch.executor.stage.ReadShares;
import dev.microbatch.executor.stage.StageReport;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Deals the records that a batch may read to those that read: one source stage in one partition
 * each. Everyone who has not ended gets one, so that it is looked at; those that had more to read
 * last time share the rest. If there are fewer records than readers, they get one in turn.
 *
 * <p>Not thread-safe: owned by the loop.
 */
final class ShareDealer {

  private final int stages;
  private final int parallelism;

  /** The reader whose turn it is, as {@link #number} has it. */
  private int turn;

  ShareDealer(int stages, int parallelism) {
    this.stages = stages;
    this.parallelism = parallelism;
  }

  /**
   * Deals.
   *
   * @param records how many records the batch may read; {@link Long#MAX_VALUE} if any number
   * @param mostEach the most that one reader may read
   * @param ready the source stages that may read
   * @param readers what all readers have reported, in an order that stays the same
   */
  ReadShares deal(long records, long mostEach, BitSet ready, List<StageReport> readers) {
    if (records == Long.MAX_VALUE) {
      return new ReadShares(0, mostEach);
    }
    List<StageReport> open = new ArrayList<>();
    int busy = 0;
    for (StageReport reader : readers) {
      if (ready.get(reader.stage()) && !reader.sourceDone()) {
        open.add(reader);
        busy += reader.sourceHasMore() ? 1 : 0;
      }
    }
    ReadShares shares = new ReadShares(stages, mostEach);
    if (records < open.size()) {
      dealInTurn((int) records, open, shares);
      return shares;
    }
    long rest = records - open.size();
    int sharers = busy == 0 ? open.size() : busy;
    for (StageReport reader : open) {
      long share = 1;
      if (busy == 0 || reader.sourceHasMore()) {
        long part = rest / sharers;
        share += part;
        rest -= part;
        sharers--;
      }
      give(reader, Math.min(share, mostEach), shares);
    }
    return shares;
  }

  private void dealInTurn(int records, List<StageReport> open, ReadShares shares) {
    int first = 0;
    while (first < open.size() && number(open.get(first)) < turn) {
      first++;
    }
    for (int i = 0; i < open.size(); i++) {
      StageReport reader = open.get((first + i) % open.size());
      give(reader, i < records ? 1 : 0, shares);
      if (i == records - 1) {
        turn = number(reader) + 1;
      }
    }
  }

  private void give(StageReport reader, long records, ReadShares shares) {
    shares.set(reader.stage(), reader.partition(), parallelism, records);
  }

  private int number(StageReport reader) {
    return reader.partition() * stages + reader.stage();
  }
}
