package dev.microbatch.translation.limited;

import java.io.IOException;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.UnboundedSource.CheckpointMark;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.values.ValueWithRecordId;
import org.apache.beam.sdk.values.ValueWithRecordId.ValueWithRecordIdCoder;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.joda.time.Instant;

/**
 * A source that delivers some records more than once, with the ids by which duplicates are found:
 * so that they can be found across splits.
 *
 * @param <T> the type of the records
 * @param <MarkT> the type of the marks
 */
final class SourceWithIds<T, MarkT extends CheckpointMark>
    extends UnboundedSource<ValueWithRecordId<T>, MarkT> {

  private static final long serialVersionUID = 1L;

  private final UnboundedSource<T, MarkT> source;

  SourceWithIds(UnboundedSource<T, MarkT> source) {
    this.source = source;
  }

  @Override
  public List<SourceWithIds<T, MarkT>> split(int desiredNumSplits, PipelineOptions options)
      throws Exception {
    return source.split(desiredNumSplits, options).stream()
        .<SourceWithIds<T, MarkT>>map(SourceWithIds::new)
        .toList();
  }

  @Override
  public UnboundedReader<ValueWithRecordId<T>> createReader(
      PipelineOptions options, @Nullable MarkT mark) throws IOException {
    return new Reader<>(this, source.createReader(options, mark));
  }

  @Override
  public Coder<MarkT> getCheckpointMarkCoder() {
    return source.getCheckpointMarkCoder();
  }

  @Override
  public Coder<ValueWithRecordId<T>> getOutputCoder() {
    return ValueWithRecordIdCoder.of(source.getOutputCoder());
  }

  @Override
  public void validate() {
    source.validate();
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder.delegate(source);
  }

  private static final class Reader<T> extends UnboundedReader<ValueWithRecordId<T>> {
    private final UnboundedSource<ValueWithRecordId<T>, ?> source;
    private final UnboundedReader<T> reader;

    Reader(UnboundedSource<ValueWithRecordId<T>, ?> source, UnboundedReader<T> reader) {
      this.source = source;
      this.reader = reader;
    }

    @Override
    public boolean start() throws IOException {
      return reader.start();
    }

    @Override
    public boolean advance() throws IOException {
      return reader.advance();
    }

    @Override
    public ValueWithRecordId<T> getCurrent() {
      return new ValueWithRecordId<>(reader.getCurrent(), reader.getCurrentRecordId());
    }

    @Override
    public Instant getCurrentTimestamp() {
      return reader.getCurrentTimestamp();
    }

    @Override
    public Instant getWatermark() {
      return reader.getWatermark();
    }

    @Override
    public CheckpointMark getCheckpointMark() {
      return reader.getCheckpointMark();
    }

    @Override
    public long getSplitBacklogBytes() {
      return reader.getSplitBacklogBytes();
    }

    @Override
    public UnboundedSource<ValueWithRecordId<T>, ?> getCurrentSource() {
      return source;
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }
}
