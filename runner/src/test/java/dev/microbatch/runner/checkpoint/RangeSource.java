package dev.microbatch.runner.checkpoint;

import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.options.PipelineOptions;

/**
 * The numbers of a range, in two splits. Its splits are part of golden checkpoints: its fields must
 * stay as they are.
 */
final class RangeSource extends BoundedSource<Long> {

  private static final long serialVersionUID = 1;

  private final long from;
  private final long to;

  RangeSource(long from, long to) {
    this.from = from;
    this.to = to;
  }

  @Override
  public List<RangeSource> split(long desiredBundleSizeBytes, PipelineOptions options) {
    long middle = (from + to) / 2;
    return List.of(new RangeSource(from, middle), new RangeSource(middle, to));
  }

  @Override
  public long getEstimatedSizeBytes(PipelineOptions options) {
    return Long.BYTES * (to - from);
  }

  @Override
  public Coder<Long> getOutputCoder() {
    return VarLongCoder.of();
  }

  @Override
  public BoundedReader<Long> createReader(PipelineOptions options) {
    return new Reader(this);
  }

  private static final class Reader extends BoundedReader<Long> {
    private final RangeSource source;
    private long next;

    Reader(RangeSource source) {
      this.source = source;
      this.next = source.from;
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      if (next == source.to) {
        return false;
      }
      next++;
      return true;
    }

    @Override
    public Long getCurrent() throws NoSuchElementException {
      return next - 1;
    }

    @Override
    public BoundedSource<Long> getCurrentSource() {
      return source;
    }

    @Override
    public void close() {}
  }
}
