package dev.microbatch.executor.source;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.UnboundedSource.CheckpointMark;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.util.CoderUtils;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads unbounded splits, all of them in every portion, each its share. A split's watermark is what
 * its reader says; a split whose watermark is the end of time is at its end.
 *
 * <p>What a mark acknowledges belongs to the connection of its reader, so the reader of a split
 * that is at its end stays open until its last mark has been acknowledged.
 */
public final class UnboundedReader implements SourceReader {

  private static final Logger LOG = LoggerFactory.getLogger(UnboundedReader.class);

  /** How many records are read between two looks at the clock. */
  private static final int CLOCK_MASK = 63;

  private final List<Split<?>> splits = new ArrayList<>();
  private final PipelineOptions options;
  private final Clock clock;
  private final Positions positions;
  private final RecordIds recordIds;

  /** One split with its live reader. */
  private static final class Split<MarkT extends CheckpointMark> {
    final int index;
    final UnboundedSource<?, MarkT> source;
    UnboundedSource.@Nullable UnboundedReader<?> reader;

    /** Where the reader is to go on, if it is not open. */
    @Nullable MarkT mark;

    long watermark = EventTime.MIN;
    boolean hasMore = true;

    /** Whether its last mark was taken; its reader is then only open to be acknowledged to. */
    boolean sealed;

    Split(int index, UnboundedSource<?, MarkT> source) {
      this.index = index;
      this.source = source;
    }

    boolean isAtEnd() {
      return watermark >= EventTime.MAX;
    }

    boolean advance(PipelineOptions options) throws IOException {
      if (reader == null) {
        reader = source.createReader(options, mark);
        mark = null;
        return reader.start();
      }
      return reader.advance();
    }

    @SuppressWarnings("unchecked") // A reader's marks are those of its source.
    void write(CheckpointMark taken, DataOutputStream out) throws IOException {
      out.writeBoolean(sealed);
      out.writeLong(watermark);
      if (!sealed) {
        out.write(CoderUtils.encodeToByteArray(source.getCheckpointMarkCoder(), (MarkT) taken));
      }
    }

    void restore(DataInputStream in) throws IOException {
      sealed = in.readBoolean();
      watermark = in.readLong();
      if (!sealed) {
        try {
          mark = CoderUtils.decodeFromByteArray(source.getCheckpointMarkCoder(), in.readAllBytes());
        } catch (IOException | RuntimeException e) {
          throw new IOException(
              "The mark of split "
                  + index
                  + " cannot be decoded by "
                  + source.getCheckpointMarkCoder()
                  + ": has the source "
                  + source.getClass().getName()
                  + " changed since it was written?",
              e);
        }
      }
    }
  }

  /**
   * Creates the reader; nothing is opened yet.
   *
   * @param sources what this partition is to read
   * @param options the pipeline's options, for the sources
   * @param clock measures the portion
   * @param tracked whether there will be commits
   */
  public UnboundedReader(
      List<Splits.Numbered<UnboundedSource<?, ?>>> sources,
      PipelineOptions options,
      Clock clock,
      boolean tracked) {
    for (Splits.Numbered<UnboundedSource<?, ?>> numbered : sources) {
      splits.add(new Split<>(numbered.index(), numbered.source()));
    }
    this.options = options;
    this.clock = clock;
    this.positions = new Positions(tracked, this::restore);
    this.recordIds = new RecordIds(clock, tracked);
  }

  @Override
  public long read(Portion portion, Receiver out) throws IOException {
    int open = 0;
    for (Split<?> split : splits) {
      open += split.isAtEnd() ? 0 : 1;
    }
    long count = 0;
    long start = clock.nanos();
    for (Split<?> split : splits) {
      if (!split.isAtEnd()) {
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
      UnboundedSource.UnboundedReader<?> reader = split.reader;
      if (!split.source.requiresDeduping()
          || recordIds.add(split.index, reader.getCurrentRecordId())) {
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
      if (split.reader != null && !split.sealed) {
        CheckpointMark mark = split.reader.getCheckpointMark();
        split.sealed = split.isAtEnd();
        finalizers.accept(split.sealed ? () -> finish(split, mark) : mark::finalizeCheckpoint);
        positions.put(split.index, out -> split.write(mark, out));
      }
    }
  }

  private static void finish(Split<?> split, CheckpointMark last) throws IOException {
    try {
      last.finalizeCheckpoint();
    } finally {
      close(split);
    }
  }

  private void restore(int index, DataInputStream in) throws IOException {
    for (Split<?> split : splits) {
      if (split.index == index) {
        split.restore(in);
      }
    }
  }

  @Override
  public List<Checkpointed> parts() {
    return List.of(positions, recordIds);
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
      if (split.hasMore && !split.isAtEnd()) {
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
