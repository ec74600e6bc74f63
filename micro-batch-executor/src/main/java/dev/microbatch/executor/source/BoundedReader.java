package dev.microbatch.executor.source;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads bounded splits one after the other, holding at most one open. */
public final class BoundedReader implements SourceReader {

  private static final Logger LOG = LoggerFactory.getLogger(BoundedReader.class);

  /** How many records are read between two looks at the clock. */
  private static final int CLOCK_MASK = 63;

  private final Deque<BoundedSource<?>> splits;
  private final PipelineOptions options;
  private final Clock clock;
  private BoundedSource.@Nullable BoundedReader<?> reader;
  private Meta lastMeta = Meta.GLOBAL;

  /**
   * Creates the reader; nothing is opened yet.
   *
   * @param splits what this partition is to read
   * @param options the pipeline's options, for the sources
   * @param clock measures the portion
   */
  public BoundedReader(
      List<? extends BoundedSource<?>> splits, PipelineOptions options, Clock clock) {
    this.splits = new ArrayDeque<>(splits);
    this.options = options;
    this.clock = clock;
  }

  @Override
  public long read(Portion portion, Receiver out) throws IOException {
    long count = 0;
    while (next()) {
      out.process(reader.getCurrent(), meta(reader.getCurrentTimestamp()));
      count++;
      if (count >= portion.maxRecords()
          || ((count & CLOCK_MASK) == 0 && clock.nanos() - portion.deadlineNanos() >= 0)) {
        break;
      }
    }
    return count;
  }

  /** Moves to the next record of this split or the next; false if there is none left. */
  private boolean next() throws IOException {
    for (; ; ) {
      boolean available;
      if (reader == null) {
        BoundedSource<?> split = splits.peek();
        if (split == null) {
          return false;
        }
        reader = split.createReader(options);
        available = reader.start();
      } else {
        available = reader.advance();
      }
      if (available) {
        return true;
      }
      BoundedSource.BoundedReader<?> finished = reader;
      reader = null;
      splits.remove();
      finished.close();
    }
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
  public void close() {
    if (reader != null) {
      try {
        reader.close();
      } catch (IOException e) {
        LOG.warn("Closing a reader of {} failed", splits.peek(), e);
      }
      reader = null;
    }
  }
}
