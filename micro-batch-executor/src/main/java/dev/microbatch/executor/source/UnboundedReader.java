package dev.microbatch.executor.source;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.UnboundedSource.CheckpointMark;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads unbounded splits, all of them in every portion, each its share. A split's watermark is what
 * its reader says; a split whose watermark is the end of time is at its end.
 */
public final class UnboundedReader implements SourceReader {

  private static final Logger LOG = LoggerFactory.getLogger(UnboundedReader.class);

  /** How many records are read between two looks at the clock. */
  private static final int CLOCK_MASK = 63;

  /** How long record ids are remembered for sources that deliver twice. */
  private static final Duration REMEMBERED = Duration.ofMinutes(10);

  private final List<Split<?>> splits = new ArrayList<>();
  private final PipelineOptions options;
  private final Clock clock;

  /** One split with its live reader. */
  private static final class Split<MarkT extends CheckpointMark> {
    final UnboundedSource<?, MarkT> source;
    final @Nullable Cache<ByteBuffer, Boolean> seen;
    UnboundedSource.@Nullable UnboundedReader<?> reader;
    long watermark = EventTime.MIN;
    boolean hasMore = true;
    boolean closed;

    Split(UnboundedSource<?, MarkT> source, Clock clock) {
      this.source = source;
      this.seen =
          source.requiresDeduping()
              ? CacheBuilder.newBuilder()
                  .expireAfterAccess(REMEMBERED)
                  .ticker(
                      new Ticker() {
                        @Override
                        public long read() {
                          return clock.nanos();
                        }
                      })
                  .build()
              : null;
    }

    boolean advance(PipelineOptions options) throws IOException {
      if (reader == null) {
        reader = source.createReader(options, null);
        return reader.start();
      }
      return reader.advance();
    }

    boolean isNew() {
      return seen == null
          || seen.asMap().putIfAbsent(ByteBuffer.wrap(reader.getCurrentRecordId()), true) == null;
    }
  }

  /**
   * Creates the reader; nothing is opened yet.
   *
   * @param sources what this partition is to read
   * @param options the pipeline's options, for the sources
   * @param clock measures the portion
   */
  public UnboundedReader(
      List<? extends UnboundedSource<?, ?>> sources, PipelineOptions options, Clock clock) {
    for (UnboundedSource<?, ?> source : sources) {
      splits.add(new Split<>(source, clock));
    }
    this.options = options;
    this.clock = clock;
  }

  @Override
  public long read(Portion portion, Receiver out) throws IOException {
    int open = 0;
    for (Split<?> split : splits) {
      open += split.closed ? 0 : 1;
    }
    long count = 0;
    long start = clock.nanos();
    for (Split<?> split : splits) {
      if (!split.closed) {
        long share = Math.max(1, (portion.maxRecords() - count) / open);
        long deadline = start + (portion.deadlineNanos() - start) / open;
        count += read(split, share, deadline, out);
        start = clock.nanos();
        open--;
      }
    }
    return count;
  }

  private long read(Split<?> split, long maxRecords, long deadlineNanos, Receiver out)
      throws IOException {
    long count = 0;
    split.hasMore = false;
    while (split.advance(options)) {
      count++;
      if (split.isNew()) {
        UnboundedSource.UnboundedReader<?> reader = split.reader;
        out.process(
            reader.getCurrent(), Meta.inGlobalWindow(reader.getCurrentTimestamp().getMillis()));
      }
      if (count >= maxRecords
          || ((count & CLOCK_MASK) == 0 && clock.nanos() - deadlineNanos >= 0)) {
        split.hasMore = true;
        break;
      }
    }
    split.watermark =
        Math.max(split.watermark, EventTime.clamp(split.reader.getWatermark().getMillis()));
    return count;
  }

  @Override
  public void drain() {
    for (Split<?> split : splits) {
      split.hasMore = false;
      split.watermark = EventTime.MAX;
    }
  }

  @Override
  public void seal(Consumer<Finalizer> finalizers) throws IOException {
    for (Split<?> split : splits) {
      if (split.reader != null && !split.closed) {
        CheckpointMark mark = split.reader.getCheckpointMark();
        finalizers.accept(mark::finalizeCheckpoint);
        if (split.watermark >= EventTime.MAX) {
          close(split);
        }
      }
    }
  }

  @Override
  public long watermark() {
    long watermark = EventTime.MAX;
    for (Split<?> split : splits) {
      watermark = Math.min(watermark, split.watermark);
    }
    return watermark;
  }

  @Override
  public boolean hasMore() {
    for (Split<?> split : splits) {
      if (split.hasMore && split.watermark < EventTime.MAX) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    splits.forEach(UnboundedReader::close);
  }

  private static void close(Split<?> split) {
    split.closed = true;
    if (split.reader != null) {
      try {
        split.reader.close();
      } catch (IOException e) {
        LOG.warn("Closing a reader of {} failed", split.source, e);
      }
      split.reader = null;
    }
  }
}
