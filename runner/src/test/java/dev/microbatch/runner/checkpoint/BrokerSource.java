package dev.microbatch.runner.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.DelegateCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * Reads from something like a message broker, which has an address, a password and partitions. Each
 * partition has so many messages, and then is at its end.
 */
final class BrokerSource extends UnboundedSource<String, BrokerSource.Mark> {

  private static final long serialVersionUID = 1;

  /** How many messages a partition has. */
  static final int MESSAGES = 60;

  private final String broker;
  private final String password;
  private final int partitions;

  /** What is not shown. */
  private final String code;

  private final int split;

  BrokerSource(String broker, String password, int partitions, String code) {
    this(broker, password, partitions, code, 0);
  }

  private BrokerSource(String broker, String password, int partitions, String code, int split) {
    this.broker = broker;
    this.password = password;
    this.partitions = partitions;
    this.code = code;
    this.split = split;
  }

  /**
   * A position.
   *
   * @param count how many messages of a partition have been read
   */
  record Mark(int count) implements UnboundedSource.CheckpointMark {
    @Override
    public void finalizeCheckpoint() {}
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder.add(DisplayData.item("broker", broker)).add(DisplayData.item("password", password));
  }

  @Override
  public List<BrokerSource> split(int desiredNumSplits, PipelineOptions options) {
    List<BrokerSource> splits = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      splits.add(new BrokerSource(broker, password, partitions, code, i));
    }
    return splits;
  }

  @Override
  public UnboundedReader<String> createReader(PipelineOptions options, @Nullable Mark mark) {
    return new Reader(this, mark == null ? 0 : mark.count);
  }

  @Override
  public Coder<Mark> getCheckpointMarkCoder() {
    return DelegateCoder.of(VarIntCoder.of(), Mark::count, Mark::new);
  }

  @Override
  public Coder<String> getOutputCoder() {
    return StringUtf8Coder.of();
  }

  private static final class Reader extends UnboundedReader<String> {
    private final BrokerSource source;
    private int count;

    Reader(BrokerSource source, int count) {
      this.source = source;
      this.count = count;
    }

    @Override
    public boolean start() {
      return advance();
    }

    @Override
    public boolean advance() {
      if (count == MESSAGES) {
        return false;
      }
      count++;
      return true;
    }

    @Override
    public String getCurrent() throws NoSuchElementException {
      return source.broker + ' ' + source.code + ' ' + source.split + ' ' + count;
    }

    @Override
    public Instant getCurrentTimestamp() {
      return Instant.EPOCH;
    }

    @Override
    public Instant getWatermark() {
      return count == MESSAGES ? BoundedWindow.TIMESTAMP_MAX_VALUE : Instant.EPOCH;
    }

    @Override
    public CheckpointMark getCheckpointMark() {
      return new Mark(count);
    }

    @Override
    public UnboundedSource<String, ?> getCurrentSource() {
      return source;
    }

    @Override
    public void close() {}
  }
}
