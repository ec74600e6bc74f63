package dev.microbatch.executor.source;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.checkpoint.CheckpointException;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.EntryReader;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.metrics.MetricsEnvironment.MetricsEnvironmentState;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads bounded splits one after the other, holding at most one open. */
public final class BoundedSourceReader implements SourceReader {

  private static final Logger LOG = LoggerFactory.getLogger(BoundedSourceReader.class);

  private final Deque<Splits.Numbered<BoundedSource<?>>> splits;
  private final PipelineOptions options;
  private final Clock clock;
  private final PortionClock portionClock;
  private final Positions positions;

  /** How many records of each split were read before the restart. */
  private final Map<Integer, Long> restored = new HashMap<>();

  /** The splits that have ended since the last commit batch. */
  private final List<Integer> ended = new ArrayList<>();

  private BoundedSource.@Nullable BoundedReader<?> reader;

  /** How many records of the open split were read, those that are skipped among them. */
  private long position;

  /** How many records of the open split were read before the restart, and are not read again. */
  private long skipped;

  /** Takes what a source counts once more. */
  private final MetricsContainer countedBefore = new MetricsContainerImpl("skipped");

  private Meta lastMeta = Meta.GLOBAL;

  /**
   * Creates the reader; nothing is opened yet.
   *
   * @param splits what this partition is to read
   * @param options the pipeline's options, for the sources
   * @param clock measures the portion
   * @param tracked whether there will be commits
   */
  public BoundedSourceReader(
      List<Splits.Numbered<BoundedSource<?>>> splits,
      PipelineOptions options,
      Clock clock,
      boolean tracked) {
    this.splits = new ArrayDeque<>(splits);
    this.options = options;
    this.clock = clock;
    this.portionClock = new PortionClock(clock);
    this.positions = new Positions(tracked, this::restore);
  }

  @Override
  public long read(Portion portion, Receiver out) throws IOException {
    long count = 0;
    portionClock.begin(clock.nanos(), portion.deadlineNanos(), portion.ended());
    while (hasMore()) {
      if (next()) {
        position++;
        if (position > skipped) {
          out.process(reader.getCurrent(), meta(reader.getCurrentTimestamp()));
          count++;
        }
      }
      if (count >= portion.maxRecords() || portionClock.isUp()) {
        break;
      }
    }
    return count;
  }

  /** As {@link #move}; closes a split in which nothing is left, and names one that fails. */
  private boolean next() throws IOException {
    try {
      boolean available = move();
      if (!available) {
        end();
      }
      return available;
    } catch (CheckpointException e) {
      throw e; // says all that is to be said, and that another attempt is in vain
    } catch (IOException | RuntimeException | LinkageError e) {
      Splits.Numbered<BoundedSource<?>> split = splits.element();
      throw SplitFailure.of(split.source(), split.index(), position, e);
    }
  }

  /** Moves to the next record of the split, which is opened first; false if there is none left. */
  private boolean move() throws IOException {
    boolean isNew = reader == null;
    if (isNew) {
      Splits.Numbered<BoundedSource<?>> split = splits.peek();
      position = 0;
      skipped = restored.getOrDefault(split.index(), 0L);
      reader = split.source().createReader(options);
    }
    if (position < skipped) {
      return skip(isNew);
    }
    return isNew ? reader.start() : reader.advance();
  }

  /** What a source counts of records that were read before the restart is counted already. */
  private boolean skip(boolean isNew) throws IOException {
    MetricsEnvironmentState state = MetricsEnvironment.getMetricsEnvironmentStateForCurrentThread();
    MetricsContainer previous = state.activate(countedBefore);
    try {
      return isNew ? reader.start() : reader.advance();
    } finally {
      state.activate(previous);
    }
  }

  private void end() throws IOException {
    if (position < skipped) {
      throw new IOException(
          String.format(
              "%s has only %d records now, of which %d were read before the restart: its data has"
                  + " changed meanwhile",
              splits.peek().source(), position, skipped));
    }
    BoundedSource.BoundedReader<?> finished = reader;
    reader = null;
    finished.close();
    ended.add(splits.remove().index());
  }

  private Meta meta(Instant timestamp) {
    long millis = timestamp.getMillis();
    if (lastMeta.timestamp() != millis) {
      lastMeta = Meta.inGlobalWindow(millis);
    }
    return lastMeta;
  }

  @Override
  public void drain() {
    close();
    splits.clear();
  }

  @Override
  public long watermark() {
    return splits.isEmpty() ? EventTime.MAX : EventTime.MIN;
  }

  @Override
  public boolean hasMore() {
    return !splits.isEmpty();
  }

  @Override
  public void seal(Consumer<Finalizer> finalizers) throws IOException {
    for (int split : ended) {
      positions.put(split, new StoredPosition.Bounded(true, 0)::write);
    }
    ended.clear();
    if (reader != null) {
      positions.put(
          splits.peek().index(),
          new StoredPosition.Bounded(false, Math.max(position, skipped))::write);
    }
  }

  private void restore(int split, EntryReader in) throws IOException {
    StoredPosition.Bounded stored = StoredPosition.Bounded.read(in);
    if (stored.done()) {
      splits.removeIf(one -> one.index() == split);
    } else {
      restored.put(split, stored.records());
    }
  }

  @Override
  public List<Checkpointed> parts() {
    return List.of(positions);
  }

  @Override
  public void close() {
    if (reader != null) {
      try {
        reader.close();
      } catch (IOException | RuntimeException e) {
        LOG.warn("Closing a reader of {} failed", splits.peek(), e);
      }
      reader = null;
    }
  }
}
