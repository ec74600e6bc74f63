package dev.microbatch.benchmarks.pipelines;

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
 * An unbounded source that gives the numbers from 0, each when it is due: ten thousand a second,
 * counted from {@link Latencies#start()}. Event time is the time from there, too, so that the
 * windows of the numbers are the same in every run.
 */
final class PacedStream extends UnboundedSource<Long, PacedStream.Mark> {

  private static final long serialVersionUID = 1L;
  private static final long NANOS_BETWEEN = 100_000;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final long size;
  private final int split;
  private final int splits;

  /**
   * Makes a source.
   *
   * @param size how many numbers
   */
  PacedStream(long size) {
    this(size, 0, 1);
  }

  private PacedStream(long size, int split, int splits) {
    this.size = size;
    this.split = split;
    this.splits = splits;
  }

  /** When a number is due, in nanoseconds from the start. */
  static long dueNanos(long number) {
    return number * NANOS_BETWEEN;
  }

  /** The event time of a number in milliseconds. */
  static long time(long number) {
    return dueNanos(number) / NANOS_PER_MILLI;
  }

  /** The first number whose event time is not before a time in milliseconds. */
  static long firstFrom(long millis) {
    return millis * NANOS_PER_MILLI / NANOS_BETWEEN;
  }

  /**
   * How far a split was read.
   *
   * @param next the next number
   */
  record Mark(long next) implements CheckpointMark {
    @Override
    public void finalizeCheckpoint() {}
  }

  @Override
  public List<PacedStream> split(int desiredNumSplits, PipelineOptions options) {
    List<PacedStream> all = new ArrayList<>();
    for (int i = 0; i < desiredNumSplits; i++) {
      all.add(new PacedStream(size, i, desiredNumSplits));
    }
    return all;
  }

  @Override
  public Coder<Mark> getCheckpointMarkCoder() {
    return DelegateCoder.of(VarLongCoder.of(), Mark::next, Mark::new);
  }

  @Override
  public Coder<Long> getOutputCoder() {
    return VarLongCoder.of();
  }

  @Override
  public UnboundedReader<Long> createReader(PipelineOptions options, Mark mark) {
    return new Reader(this, mark == null ? split : mark.next());
  }

  private static final class Reader extends UnboundedReader<Long> {
    private final PacedStream source;
    private long next;
    private long current = -1;
    private boolean ended;

    Reader(PacedStream source, long next) {
      this.source = source;
      this.next = next;
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      ended = next >= source.size;
      if (ended || System.nanoTime() - Latencies.start() < dueNanos(next)) {
        return false;
      }
      current = next;
      next += source.splits;
      return true;
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
      return Instant.ofEpochMilli(time(getCurrent()));
    }

    /** The time of the current number: a runner may ask before it has taken that. */
    @Override
    public Instant getWatermark() {
      return ended
          ? BoundedWindow.TIMESTAMP_MAX_VALUE
          : Instant.ofEpochMilli(time(current < 0 ? next : current));
    }

    @Override
    public CheckpointMark getCheckpointMark() {
      return new Mark(next);
    }

    @Override
    public UnboundedSource<Long, ?> getCurrentSource() {
      return source;
    }

    @Override
    public void close() {}
  }
}
