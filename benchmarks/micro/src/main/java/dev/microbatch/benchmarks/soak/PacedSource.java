package dev.microbatch.benchmarks.soak;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.joda.time.Instant;

/**
 * Gives 0, 1, 2 ... at a steady pace, each at the time of day at which it is due. It can give each
 * number twice under the same record id, as queues do when an acknowledgement is lost.
 */
final class PacedSource extends UnboundedSource<Long, PacedSource.Mark> {

  private static final long serialVersionUID = 1L;

  private final int split;
  private final int splits;
  private final double perSecond;
  private final boolean twice;

  /**
   * Makes a source.
   *
   * @param perSecond how many records a second
   * @param twice whether each number comes twice
   */
  PacedSource(double perSecond, boolean twice) {
    this(0, 1, perSecond, twice);
  }

  private PacedSource(int split, int splits, double perSecond, boolean twice) {
    this.split = split;
    this.splits = splits;
    this.perSecond = perSecond;
    this.twice = twice;
  }

  /**
   * How far a split was read.
   *
   * @param count how many records
   */
  record Mark(long count) implements CheckpointMark {
    @Override
    public void finalizeCheckpoint() {}
  }

  @Override
  public List<PacedSource> split(int desiredNumSplits, PipelineOptions options) {
    List<PacedSource> all = new ArrayList<>();
    for (int i = 0; i < desiredNumSplits; i++) {
      all.add(new PacedSource(i, desiredNumSplits, perSecond / desiredNumSplits, twice));
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
  public boolean requiresDeduping() {
    return twice;
  }

  @Override
  public UnboundedReader<Long> createReader(PipelineOptions options, Mark mark) {
    return new Reader(this, mark == null ? 0 : mark.count());
  }

  private static final class Reader extends UnboundedReader<Long> {
    private final PacedSource source;
    private final long from;
    private final long startMillis = System.currentTimeMillis();
    private final long startNanos = System.nanoTime();
    private long count;

    Reader(PacedSource source, long count) {
      this.source = source;
      this.from = count;
      this.count = count;
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      double due = (System.nanoTime() - startNanos) * source.perSecond / 1e9;
      if (count - from >= due) {
        return false;
      }
      count++;
      return true;
    }

    private long number() {
      return (source.twice ? (count - 1) / 2 : count - 1) * source.splits + source.split;
    }

    @Override
    public Long getCurrent() {
      if (count == from) {
        throw new NoSuchElementException("no record was read yet");
      }
      return number();
    }

    @Override
    public byte[] getCurrentRecordId() {
      return ByteBuffer.allocate(2 * Long.BYTES).putLong(source.split).putLong(number()).array();
    }

    @Override
    public Instant getCurrentTimestamp() {
      return Instant.ofEpochMilli(startMillis + (long) ((count - from) * 1000 / source.perSecond));
    }

    /** All records until now have been read. */
    @Override
    public Instant getWatermark() {
      return getCurrentTimestamp();
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
