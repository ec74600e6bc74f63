package dev.microbatch.benchmarks.heap;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.joda.time.Instant;

/**
 * Gives the numbers from 0 as soon as its gate is open, then nothing; its watermark stands, so that
 * whatever they are grouped into stays. There is one gate in a JVM.
 */
public final class GatedSource extends UnboundedSource<Long, GatedSource.Mark> {

  private static final long serialVersionUID = 1L;

  private static final Instant BEGINNING = Instant.ofEpochMilli(0);
  private static final AtomicInteger ENDED = new AtomicInteger();
  private static volatile boolean open;
  private static volatile int readers;

  private final long size;
  private final int split;
  private final int splits;

  /**
   * Makes a source.
   *
   * @param size how many numbers
   */
  public GatedSource(long size) {
    this(size, 0, 1);
  }

  private GatedSource(long size, int split, int splits) {
    this.size = size;
    this.split = split;
    this.splits = splits;
  }

  /** Closes the gate for the next pipeline. */
  static void close() {
    open = false;
    readers = 0;
    ENDED.set(0);
  }

  /** Lets the numbers out. */
  static void open() {
    open = true;
  }

  /** Whether all numbers were given. */
  static boolean isExhausted() {
    return readers > 0 && ENDED.get() == readers;
  }

  /** Nothing is remembered: the pipeline has no checkpoints. */
  static final class Mark implements CheckpointMark {
    @Override
    public void finalizeCheckpoint() {}
  }

  @Override
  public List<GatedSource> split(int desiredNumSplits, PipelineOptions options) {
    readers = desiredNumSplits;
    List<GatedSource> all = new ArrayList<>();
    for (int i = 0; i < desiredNumSplits; i++) {
      all.add(new GatedSource(size, i, desiredNumSplits));
    }
    return all;
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
    private final GatedSource source;
    private long current = -1;
    private boolean ended;

    Reader(GatedSource source) {
      this.source = source;
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      if (!open || ended) {
        return false;
      }
      long next = current < 0 ? source.split : current + source.splits;
      if (next >= source.size) {
        ended = true;
        ENDED.incrementAndGet();
        return false;
      }
      current = next;
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
      return BEGINNING;
    }

    @Override
    public Instant getWatermark() {
      return BEGINNING;
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
