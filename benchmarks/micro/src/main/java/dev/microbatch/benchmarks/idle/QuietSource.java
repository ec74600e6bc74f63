package dev.microbatch.benchmarks.idle;

import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.joda.time.Instant;

/**
 * Gives a record now and then, or never. A record is the reading of {@link System#nanoTime} at the
 * moment at which it was due, so that whoever gets it knows how long it took.
 */
public final class QuietSource extends UnboundedSource<Long, QuietSource.Mark> {

  private static final long serialVersionUID = 1L;

  private static final Instant BEGINNING = Instant.ofEpochMilli(0);

  private final long everyMillis;
  private final boolean followsClock;

  /**
   * Makes a source.
   *
   * @param everyMillis the time between two records, in milliseconds; 0 if none comes
   * @param followsClock whether its watermark is the time of day; otherwise it stands
   */
  public QuietSource(long everyMillis, boolean followsClock) {
    this.everyMillis = everyMillis;
    this.followsClock = followsClock;
  }

  /** Nothing is remembered: what is missed is not given again. */
  static final class Mark implements CheckpointMark {
    @Override
    public void finalizeCheckpoint() {}
  }

  @Override
  public List<QuietSource> split(int desiredNumSplits, PipelineOptions options) {
    return List.of(this);
  }

  @Override
  public Coder<Mark> getCheckpointMarkCoder() {
    return DelegateCoder.of(VarLongCoder.of(), mark -> 0L, number -> new Mark());
  }

  @Override
  public Coder<Long> getOutputCoder() {
    return VarLongCoder.of();
  }

  @Override
  public UnboundedReader<Long> createReader(PipelineOptions options, Mark mark) {
    return new Reader(this);
  }

  private static final class Reader extends UnboundedReader<Long> {
    private final QuietSource source;
    private long due = System.nanoTime();
    private long current;
    private boolean any;

    Reader(QuietSource source) {
      this.source = source;
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      if (source.everyMillis == 0 || System.nanoTime() - due < 0) {
        return false;
      }
      any = true;
      current = due;
      due += source.everyMillis * 1_000_000;
      return true;
    }

    @Override
    public Long getCurrent() {
      if (!any) {
        throw new NoSuchElementException("no record was read yet");
      }
      return current;
    }

    @Override
    public Instant getCurrentTimestamp() {
      return source.followsClock ? Instant.now() : BEGINNING;
    }

    @Override
    public Instant getWatermark() {
      return getCurrentTimestamp();
    }

    @Override
    public CheckpointMark getCheckpointMark() {
      return new Mark();
    }

    @Override
    public UnboundedSource<Long, ?> getCurrentSource() {
      return source;
    }

    @Override
    public void close() {}
  }
}
