package dev.microbatch.runner;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * Counts forever, a millisecond of event time per number, in as many splits as are asked for. Like
 * a broker, it takes acknowledgements only while the split's reader is open. Keeps book of what was
 * read, marked and acknowledged: in statics, as its readers are elsewhere.
 */
@SuppressWarnings("serial")
final class EndlessSource extends UnboundedSource<Long, EndlessSource.Mark> {

  /** How many records all readers have given. */
  static final AtomicLong READ = new AtomicLong();

  /** The splits whose readers are open. */
  static final Set<Integer> OPEN = ConcurrentHashMap.newKeySet();

  static final Queue<Mark> TAKEN = new ConcurrentLinkedQueue<>();
  static final Queue<Mark> ACKNOWLEDGED = new ConcurrentLinkedQueue<>();

  /** Opens at the first acknowledgement. */
  static volatile CountDownLatch acknowledged = new CountDownLatch(1);

  private final int split;
  private final int splits;

  /** A source that is cut into as many splits as are asked for. */
  EndlessSource() {
    this(0);
  }

  /** A source that is cut into so many splits, whatever is asked for. */
  EndlessSource(int splits) {
    this(0, splits);
  }

  private EndlessSource(int split, int splits) {
    this.split = split;
    this.splits = splits;
  }

  /** Whether marks can no longer be decoded: a later version of the source is at work. */
  static volatile boolean forgetful;

  static void reset() {
    forgetful = false;
    READ.set(0);
    OPEN.clear();
    TAKEN.clear();
    ACKNOWLEDGED.clear();
    acknowledged = new CountDownLatch(1);
  }

  /** A position: how many numbers of a split have been read. */
  record Mark(int split, long count) implements CheckpointMark, Serializable {

    Mark {
      if (forgetful) {
        throw new IllegalStateException("marks are something else now");
      }
    }

    @Override
    public void finalizeCheckpoint() throws IOException {
      if (!OPEN.contains(split)) {
        throw new IOException("the reader of split " + split + " is closed");
      }
      ACKNOWLEDGED.add(this);
      acknowledged.countDown();
    }
  }

  @Override
  public List<EndlessSource> split(int desiredNumSplits, PipelineOptions options) {
    List<EndlessSource> cut = new ArrayList<>();
    for (int i = 0; i < (splits > 0 ? splits : desiredNumSplits); i++) {
      cut.add(new EndlessSource(i, splits));
    }
    return cut;
  }

  @Override
  public UnboundedReader<Long> createReader(PipelineOptions options, @Nullable Mark mark) {
    OPEN.add(split);
    return new Reader(mark == null ? 0 : mark.count());
  }

  @Override
  public Coder<Mark> getCheckpointMarkCoder() {
    return SerializableCoder.of(Mark.class);
  }

  @Override
  public Coder<Long> getOutputCoder() {
    return VarLongCoder.of();
  }

  private final class Reader extends UnboundedReader<Long> {
    private long count;

    Reader(long count) {
      this.count = count;
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      count++;
      READ.incrementAndGet();
      return true;
    }

    @Override
    public Long getCurrent() throws NoSuchElementException {
      return count - 1;
    }

    @Override
    public Instant getCurrentTimestamp() {
      return Instant.ofEpochMilli(count - 1);
    }

    @Override
    public Instant getWatermark() {
      return getCurrentTimestamp();
    }

    @Override
    public CheckpointMark getCheckpointMark() {
      Mark mark = new Mark(split, count);
      TAKEN.add(mark);
      return mark;
    }

    @Override
    public UnboundedSource<Long, ?> getCurrentSource() {
      return EndlessSource.this;
    }

    @Override
    public void close() {
      OPEN.remove(split);
    }
  }
}
