package dev.microbatch.runner.checkpoint;

import java.io.Serializable;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Duration;
import org.joda.time.Instant;

/**
 * An unbounded source that ends: two splits, of even and of odd numbers, a tenth of a second of
 * event time per number. A reader gives only so many numbers and then waits until they have been
 * acknowledged, so that how many commits a pipeline makes does not depend on how fast it is.
 *
 * <p>Its splits and marks are part of golden checkpoints: their fields must stay as they are.
 */
final class TideSource extends UnboundedSource<Long, TideSource.Mark> {

  private static final long serialVersionUID = 1;

  /** How many numbers all splits have. */
  static final int TOTAL = 200;

  private static final int SPLITS = 2;

  /** How many numbers a reader gives before it waits. */
  private static final int UNACKNOWLEDGED = 50;

  private final int split;

  TideSource() {
    this(0);
  }

  private TideSource(int split) {
    this.split = split;
  }

  /** The event time of a number. */
  static Instant timestamp(long number) {
    return Instant.EPOCH.plus(Duration.millis(100 * number));
  }

  /** A position: how many numbers of a split have been read. */
  static final class Mark implements UnboundedSource.CheckpointMark, Serializable {
    private static final long serialVersionUID = 1;

    private final int count;
    private final transient @Nullable Reader reader;

    Mark(Reader reader) {
      this.count = reader.count;
      this.reader = reader;
    }

    @Override
    public void finalizeCheckpoint() {
      if (reader != null) {
        reader.acknowledged = count;
      }
    }
  }

  @Override
  public List<TideSource> split(int desiredNumSplits, PipelineOptions options) {
    return List.of(new TideSource(0), new TideSource(1));
  }

  @Override
  public UnboundedReader<Long> createReader(PipelineOptions options, @Nullable Mark mark) {
    return new Reader(this, mark == null ? 0 : mark.count);
  }

  @Override
  public Coder<Mark> getCheckpointMarkCoder() {
    return SerializableCoder.of(Mark.class);
  }

  @Override
  public Coder<Long> getOutputCoder() {
    return VarLongCoder.of();
  }

  private static final class Reader extends UnboundedReader<Long> {
    private final TideSource source;
    private int count;
    private volatile int acknowledged;

    Reader(TideSource source, int count) {
      this.source = source;
      this.count = count;
      this.acknowledged = count;
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      if (isAtEnd() || count >= acknowledged + UNACKNOWLEDGED) {
        return false;
      }
      count++;
      return true;
    }

    private boolean isAtEnd() {
      return count == TOTAL / SPLITS;
    }

    private long number(int index) {
      return (long) index * SPLITS + source.split;
    }

    @Override
    public Long getCurrent() throws NoSuchElementException {
      return number(count - 1);
    }

    @Override
    public Instant getCurrentTimestamp() {
      return timestamp(getCurrent());
    }

    @Override
    public Instant getWatermark() {
      return isAtEnd() ? BoundedWindow.TIMESTAMP_MAX_VALUE : timestamp(number(count));
    }

    @Override
    public CheckpointMark getCheckpointMark() {
      return new Mark(this);
    }

    @Override
    public UnboundedSource<Long, ?> getCurrentSource() {
      return source;
    }

    @Override
    public void close() {}
  }
}
