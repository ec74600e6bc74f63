package dev.microbatch.runner.monitor;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.LongSupplier;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * Each split gives a few records at the time at which the clock began, and then nothing. Its
 * watermark stands, or follows the clock.
 */
final class StillSource extends UnboundedSource<Long, StillSource.Mark> {

  private static final long serialVersionUID = 1L;

  /** The watermark of a split that follows the clock. */
  static final long FOLLOWS = Long.MIN_VALUE;

  /** What the clock says: static, since readers are copies. */
  static volatile LongSupplier millis = () -> 0;

  /** How many bytes each reader says are unread. */
  static final long BACKLOG = 77;

  private final long[] watermarks;
  private final int split;
  private final long records;

  private StillSource(long[] watermarks, int split, long records) {
    this.watermarks = watermarks;
    this.split = split;
    this.records = records;
  }

  /**
   * A source with a split for each watermark, each with one record.
   *
   * @param watermarks in milliseconds, or {@link #FOLLOWS}
   */
  static StillSource of(long... watermarks) {
    return new StillSource(watermarks, 0, 1);
  }

  /** A source with one split that always has another record, and whose watermark stands. */
  static StillSource endless() {
    return new StillSource(new long[] {ProbedClock.START}, 0, Long.MAX_VALUE);
  }

  /**
   * A position.
   *
   * @param read how many records have been read
   */
  record Mark(long read) implements UnboundedSource.CheckpointMark, Serializable {
    @Override
    public void finalizeCheckpoint() {}
  }

  @Override
  public List<StillSource> split(int desiredNumSplits, PipelineOptions options) {
    List<StillSource> splits = new ArrayList<>();
    for (int i = 0; i < watermarks.length; i++) {
      splits.add(new StillSource(watermarks, i, records));
    }
    return splits;
  }

  @Override
  public UnboundedReader<Long> createReader(PipelineOptions options, @Nullable Mark mark) {
    return new Reader(mark == null ? 0 : mark.read);
  }

  @Override
  public Coder<Mark> getCheckpointMarkCoder() {
    return SerializableCoder.of(Mark.class);
  }

  @Override
  public Coder<Long> getOutputCoder() {
    return VarLongCoder.of();
  }

  @Override
  public String toString() {
    return "still-" + split;
  }

  private final class Reader extends UnboundedReader<Long> {
    private long read;

    Reader(long read) {
      this.read = read;
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      if (read == records) {
        return false;
      }
      read++;
      return true;
    }

    @Override
    public Long getCurrent() throws NoSuchElementException {
      return (long) split;
    }

    @Override
    public Instant getCurrentTimestamp() {
      return Instant.ofEpochMilli(ProbedClock.START);
    }

    @Override
    public Instant getWatermark() {
      return Instant.ofEpochMilli(
          watermarks[split] == FOLLOWS ? millis.getAsLong() : watermarks[split]);
    }

    @Override
    public long getSplitBacklogBytes() {
      return BACKLOG;
    }

    @Override
    public CheckpointMark getCheckpointMark() {
      return new Mark(read);
    }

    @Override
    public UnboundedSource<Long, ?> getCurrentSource() {
      return StillSource.this;
    }

    @Override
    public void close() {}
  }
}
