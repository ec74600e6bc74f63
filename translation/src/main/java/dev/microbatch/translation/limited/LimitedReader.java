package dev.microbatch.translation.limited;

import dev.microbatch.executor.source.RecordsWanted;
import dev.microbatch.executor.time.Clock;
import java.io.IOException;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.UnboundedSource.CheckpointMark;
import org.apache.beam.sdk.io.UnboundedSource.UnboundedReader;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * Reads a split until its limit is reached, or until it ends by itself. The time counts from the
 * first call; the clock is then looked at before each record.
 */
final class LimitedReader<T, MarkT extends CheckpointMark> extends UnboundedReader<T>
    implements RecordsWanted {

  private final LimitedSource<T, MarkT> source;
  private final PipelineOptions options;
  private final Limit limit;
  private final @Nullable MarkT from;
  private final Clock clock;
  private @Nullable UnboundedReader<T> reader;
  private long startNanos;
  private long records;
  private boolean timeIsUp;

  /**
   * Creates a reader; the split is opened when reading starts.
   *
   * @param source the split
   * @param options the pipeline's options
   * @param limit when to end
   * @param from where to resume, or null to begin
   * @param clock measures the time
   */
  LimitedReader(
      LimitedSource<T, MarkT> source,
      PipelineOptions options,
      Limit limit,
      @Nullable MarkT from,
      Clock clock) {
    this.source = source;
    this.options = options;
    this.limit = limit;
    this.from = from;
    this.clock = clock;
  }

  @Override
  public boolean start() throws IOException {
    if (limit.records() <= 0 || limit.nanos() <= 0) {
      timeIsUp = true;
      return false;
    }
    startNanos = clock.nanos();
    reader = source.source().createReader(options, from);
    return count(reader.start());
  }

  @Override
  public boolean advance() throws IOException {
    timeIsUp |= limit.isByTime() && clock.nanos() - startNanos >= limit.nanos();
    return !isAtEnd() && count(reader().advance());
  }

  private boolean count(boolean available) {
    records += available ? 1 : 0;
    return available;
  }

  private boolean isAtEnd() {
    return timeIsUp || records >= limit.records();
  }

  private UnboundedReader<T> reader() {
    if (reader == null) {
      throw new NoSuchElementException("nothing has been read");
    }
    return reader;
  }

  @Override
  public Instant getWatermark() {
    return isAtEnd() || sourceIsAtEnd()
        ? BoundedWindow.TIMESTAMP_MAX_VALUE
        : BoundedWindow.TIMESTAMP_MIN_VALUE;
  }

  private boolean sourceIsAtEnd() {
    return reader != null && !reader.getWatermark().isBefore(BoundedWindow.TIMESTAMP_MAX_VALUE);
  }

  @Override
  public long recordsWanted() {
    return isAtEnd() ? 0 : limit.left(records, 0).recordsWanted();
  }

  @Override
  @SuppressWarnings("unchecked") // a reader's marks are those of its source
  public LimitedMark<MarkT> getCheckpointMark() {
    Limit left = limit.left(records, reader == null ? 0 : clock.nanos() - startNanos);
    return new LimitedMark<>(
        timeIsUp ? new Limit(left.records(), 0) : left,
        clock.millis(),
        reader == null ? from : (MarkT) reader.getCheckpointMark());
  }

  @Override
  public T getCurrent() {
    return reader().getCurrent();
  }

  @Override
  public Instant getCurrentTimestamp() {
    return reader().getCurrentTimestamp();
  }

  @Override
  public byte[] getCurrentRecordId() {
    return reader().getCurrentRecordId();
  }

  @Override
  public long getSplitBacklogBytes() {
    return reader == null ? BACKLOG_UNKNOWN : reader.getSplitBacklogBytes();
  }

  @Override
  public UnboundedSource<T, ?> getCurrentSource() {
    return source;
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
    }
  }
}
