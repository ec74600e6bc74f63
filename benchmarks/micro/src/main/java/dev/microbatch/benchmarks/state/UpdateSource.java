package dev.microbatch.benchmarks.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.joda.time.Instant;

/**
 * Gives every key once, as fast as it is read, and then keys again and again, scattered, at a
 * steady pace. One split for each unit of parallelism, each with a share of the keys.
 */
final class UpdateSource extends UnboundedSource<Long, UpdateSource.Mark> {

  private static final long serialVersionUID = 1L;

  /** Odd and large: multiples of it, modulo the number of keys, jump about. */
  private static final long STRIDE = 7_919_000_003L;

  private final int split;
  private final int splits;
  private final long keys;
  private final double perSecond;

  /**
   * Makes a source.
   *
   * @param keys how many keys there are
   * @param perSecond how many records a second come after the first ones; infinity for no limit
   */
  UpdateSource(long keys, double perSecond) {
    this(0, 1, keys, perSecond);
  }

  private UpdateSource(int split, int splits, long keys, double perSecond) {
    this.split = split;
    this.splits = splits;
    this.keys = keys;
    this.perSecond = perSecond;
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
  public List<UpdateSource> split(int desiredNumSplits, PipelineOptions options) {
    List<UpdateSource> all = new ArrayList<>();
    for (int i = 0; i < desiredNumSplits; i++) {
      all.add(new UpdateSource(i, desiredNumSplits, keys, perSecond / desiredNumSplits));
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

  private static final class Reader extends UnboundedReader<Long> {
    private final UpdateSource source;
    private final long share;
    private long count;

    /** When the pace began, and at which count. */
    private long paceStart;

    private long paceFrom = -1;

    Reader(UpdateSource source, long count) {
      this.source = source;
      this.count = count;
      this.share = (source.keys - source.split + source.splits - 1) / source.splits;
    }

    @Override
    public boolean start() throws IOException {
      return advance();
    }

    @Override
    public boolean advance() throws IOException {
      if (count >= share && source.perSecond < Double.POSITIVE_INFINITY) {
        long now = System.nanoTime();
        if (paceFrom < 0) {
          paceFrom = count;
          paceStart = now;
        }
        if (count - paceFrom >= (now - paceStart) * source.perSecond / 1e9) {
          return false;
        }
      }
      count++;
      return true;
    }

    @Override
    public Long getCurrent() {
      long index = count - 1;
      long within = index < share ? index : Math.floorMod(index * STRIDE, share);
      return within * source.splits + source.split;
    }

    @Override
    public Instant getCurrentTimestamp() {
      return Instant.ofEpochMilli(count);
    }

    @Override
    public Instant getWatermark() {
      return Instant.ofEpochMilli(count);
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
