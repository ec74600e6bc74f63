package dev.microbatch.benchmarks.pipelines;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.joda.time.Instant;

/**
 * An unbounded source that gives the numbers from 0 as fast as it is read, and says by its
 * watermark when it has come to their end. Times rise with the numbers.
 */
final class NumberStream extends UnboundedSource<Long, NumberStream.Mark> {

  private static final long serialVersionUID = 1L;

  private final long size;
  private final double millisPerNumber;
  private final int split;
  private final int splits;

  /**
   * Makes a source.
   *
   * @param size how many numbers
   * @param spanMillis event time from the first to the last
   */
  NumberStream(long size, long spanMillis) {
    this(size, (double) spanMillis / size, 0, 1);
  }

  private NumberStream(long size, double millisPerNumber, int split, int splits) {
    this.size = size;
    this.millisPerNumber = millisPerNumber;
    this.split = split;
    this.splits = splits;
  }

  /**
   * How far a split was read.
   *
   * @param count how many records
   */
  record Mark(long count) implements CheckpointMark, Serializable {
    @Override
    public void finalizeCheckpoint() {}
  }

  @Override
  public List<NumberStream> split(int desiredNumSplits, PipelineOptions options) {
    List<NumberStream> all = new ArrayList<>();
    for (int i = 0; i < desiredNumSplits; i++) {
      all.add(new NumberStream(size, millisPerNumber, i, desiredNumSplits));
    }
    return all;
  }

  @Override
  public Coder<Mark> getCheckpointMarkCoder() {
    return DelegateCoder.of(VarLongCoder.of(), Mark::count, Mark::new);
  }

  @Override
  public Coder<Long> getOutputCoder() {
    return VarLongCoder.of();
  }

  @Override
  public UnboundedReader<Long> createReader(PipelineOptions options, Mark mark) {
    return new Reader(this, mark == null ? 0 : mark.count());
  }

  /** The event time of a number in milliseconds. */
  long time(long number) {
    return (long) (number * millisPerNumber);
  }

  private static final class Reader extends UnboundedReader<Long> {
    private final NumberStream source;
    private long count;
    private long current = -1;
    private boolean ended;

    Reader(NumberStream source, long count) {
      this.source = source;
      this.count = count;
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      long next = next();
      if (next >= source.size) {
        ended = true;
        return false;
      }
      current = next;
      count++;
      return true;
    }

    private long next() {
      return count * source.splits + source.split;
    }

    @Override
    public Long getCurrent() {
      if (current < 0) {
        throw new NoSuchElementException("no record was read yet");
      }
      return current;
    }

    @Override
    public Instant getCurrentTimestamp() {
      return Instant.ofEpochMilli(source.time(getCurrent()));
    }

    /** The time of the current number: a runner may ask before it has taken that. */
    @Override
    public Instant getWatermark() {
      return ended
          ? BoundedWindow.TIMESTAMP_MAX_VALUE
          : Instant.ofEpochMilli(source.time(current < 0 ? next() : current));
    }

    @Override
    public CheckpointMark getCheckpointMark() {
      return new Mark(count);
    }

    @Override
    public UnboundedSource<Long, ?> getCurrentSource() {
      return source;
    }

    @Override
    public void close() {}
  }
}
