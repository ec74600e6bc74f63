package dev.microbatch.executor.source;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * One split that counts up to its end. Like a broker, it takes acknowledgements only over a
 * connection that is open, and it keeps book.
 */
@SuppressWarnings("serial") // is read where it was made
final class NumbersSource extends UnboundedSource<Long, NumbersSource.Mark> {

  /** What has happened, in order: {@code acknowledged 3}, {@code refused 3}, {@code closed}. */
  final List<String> events = new ArrayList<>();

  private final long end;
  private final Runnable beforeRecord;
  private boolean open;
  private boolean refusing;

  /** How many numbers there are by now. */
  private long available;

  NumbersSource(long end) {
    this(end, () -> {});
  }

  /**
   * Creates a split.
   *
   * @param end how many numbers it has
   * @param beforeRecord is run whenever a record is read
   */
  NumbersSource(long end, Runnable beforeRecord) {
    this.end = end;
    this.available = end;
    this.beforeRecord = beforeRecord;
  }

  /** Sets how many numbers there are by now; more may come later. */
  void setAvailable(long numbers) {
    available = numbers;
  }

  /** Refuses every acknowledgement from now on, as a broker does whose connection is lost. */
  void refuse() {
    refusing = true;
  }

  static final class Mark implements CheckpointMark, Serializable {
    private final long count;
    private final transient NumbersSource source;

    Mark(long count, NumbersSource source) {
      this.count = count;
      this.source = source;
    }

    @Override
    public void finalizeCheckpoint() throws IOException {
      boolean taken = source.open && !source.refusing;
      source.events.add((taken ? "acknowledged " : "refused ") + count);
      if (!taken) {
        throw new IOException("the connection is closed");
      }
    }
  }

  @Override
  public List<NumbersSource> split(int desiredNumSplits, PipelineOptions options) {
    return List.of(this);
  }

  @Override
  public UnboundedReader<Long> createReader(PipelineOptions options, @Nullable Mark mark) {
    open = true;
    return new Reader(mark == null ? 0 : mark.count);
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
      if (count >= available) {
        return false;
      }
      beforeRecord.run();
      count++;
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
      return count == end ? BoundedWindow.TIMESTAMP_MAX_VALUE : Instant.ofEpochMilli(count);
    }

    @Override
    public CheckpointMark getCheckpointMark() {
      return new Mark(count, NumbersSource.this);
    }

    @Override
    public UnboundedSource<Long, ?> getCurrentSource() {
      return NumbersSource.this;
    }

    @Override
    public void close() {
      events.add("closed");
      open = false;
    }
  }
}
