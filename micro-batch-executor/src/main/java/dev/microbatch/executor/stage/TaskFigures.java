package dev.microbatch.executor.stage;

import dev.microbatch.executor.source.SplitStatus;
import dev.microbatch.executor.state.StateSize;
import java.io.Serializable;
import java.util.List;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * What one partition of a stage tells whoever watches the pipeline. Nothing is decided by it.
 *
 * <p>Times are exclusive: those of all stages on a thread add up to what the thread has spent.
 *
 * @param blocksIn how many blocks came in this batch, those of side inputs among them
 * @param sent how many records were handed over in this batch to each exchange that leaves the
 *     stage, in the order of the exchanges' ids; not to be changed
 * @param inputWatermark the watermark that it works under, in milliseconds
 * @param busyNanos how long it has worked since its last report, in nanoseconds
 * @param starvedNanos how long it has waited since for what the stages before it send
 * @param blockedNanos how long it has waited since for room in the queues of those behind it
 * @param survey what takes a closer look; null if none was asked for
 */
public record TaskFigures(
    long blocksIn,
    long[] sent,
    long inputWatermark,
    long busyNanos,
    long starvedNanos,
    long blockedNanos,
    @Nullable Survey survey)
    implements Serializable {

  /**
   * What is looked at about once a second.
   *
   * @param size how much it keeps
   * @param splits where the splits of an unbounded source stand
   */
  public record Survey(StateSize size, List<SplitStatus> splits) implements Serializable {}
}
