package dev.microbatch.executor.source;

import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.time.EventTime;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads what one source stage has to read in one partition.
 *
 * <h2>How it is called</h2>
 *
 * Once per batch in which the stage is admitted, {@link #read}; once the pipeline is being drained,
 * {@link #drain} instead, in every batch; between batches the answers of the other methods stand
 * still. All calls come on the partition's thread, with the step's metrics container as the current
 * one.
 */
public interface SourceReader extends AutoCloseable {

  /**
   * Reads a portion.
   *
   * @param portion how much
   * @param out takes the records
   * @return how many records were read
   * @throws Exception whatever the source throws
   */
  long read(Portion portion, Receiver out) throws Exception;

  /**
   * Stops reading for good: what has not been read is left unread, and the watermark goes to the
   * end of time. A split that has been read from is still marked by the next {@link #seal}. Does
   * nothing at the end or when called again.
   */
  void drain();

  /**
   * No record will come with an earlier timestamp, in milliseconds; {@code EventTime.MAX} at the
   * end.
   */
  long watermark();

  /**
   * Whether reading again at once is likely to bring records: false while a source is idle or at
   * its end.
   */
  boolean hasMore();

  /** How many records have to come until it ends; 0 if it has ended, or if any number will do. */
  default long recordsWanted() {
    return 0;
  }

  /**
   * By how many milliseconds the pipeline's processing time is to move when the batch is over,
   * because of what has been read since the last call.
   */
  default long takeClockAdvance() {
    return 0;
  }

  /**
   * Where each of its splits stands that may still give a record; empty if it has no watermark of
   * its own for each. Asked about once a second.
   */
  default List<SplitStatus> splits() {
    return List.of();
  }

  /** Whether it has read everything there will ever be. */
  default boolean isDone() {
    return watermark() >= EventTime.MAX;
  }

  /**
   * Marks the positions that a commit is about to store.
   *
   * @param finalizers takes what is to be acknowledged once the commit is durable
   * @throws Exception whatever the source throws
   */
  void seal(Consumer<Finalizer> finalizers) throws Exception;

  /** What it keeps between batches: its positions, as of the last {@link #seal}. */
  List<Checkpointed> parts();

  /** Closes the underlying readers. */
  @Override
  void close();
}
