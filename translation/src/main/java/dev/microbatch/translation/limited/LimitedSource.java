package dev.microbatch.translation.limited;

import dev.microbatch.executor.source.RecordsWanted;
import dev.microbatch.executor.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.UnboundedSource.CheckpointMark;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An unbounded source that ends at a limit. Until then its watermark stands at the start of time,
 * as that of a bounded source does: what it reads is never late.
 *
 * <p>A read that is limited by number is one split: nobody knows beforehand how many records each
 * of several would find, and the one that finds fewer than its share would wait forever. If the
 * source insists on several, they share.
 *
 * @param <T> the type of the records
 * @param <MarkT> the type of the marks of the source that is limited
 */
final class LimitedSource<T, MarkT extends CheckpointMark>
    extends UnboundedSource<T, LimitedMark<MarkT>> implements RecordsWanted {

  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(LimitedSource.class);

  private final UnboundedSource<T, MarkT> source;
  private final Limit limit;

  LimitedSource(UnboundedSource<T, MarkT> source, Limit limit) {
    this.source = source;
    this.limit = limit;
  }

  /** The source that is limited. */
  UnboundedSource<T, MarkT> source() {
    return source;
  }

  @Override
  public List<LimitedSource<T, MarkT>> split(int desiredNumSplits, PipelineOptions options)
      throws Exception {
    List<? extends UnboundedSource<T, MarkT>> splits =
        source.split(limit.isByRecords() ? 1 : desiredNumSplits, options);
    if (limit.isByRecords() && splits.size() > 1) {
      LOG.warn(
          "{} insists on {} splits: each reads an equal share of the {} records, and one that has"
              + " fewer keeps the read from ending",
          source,
          splits.size(),
          limit.records());
    }
    List<LimitedSource<T, MarkT>> limited = new ArrayList<>();
    for (int i = 0; i < splits.size(); i++) {
      limited.add(new LimitedSource<>(splits.get(i), limit.share(i, splits.size())));
    }
    return limited;
  }

  @Override
  public long recordsWanted() {
    return limit.recordsWanted();
  }

  @Override
  public UnboundedReader<T> createReader(
      PipelineOptions options, @Nullable LimitedMark<MarkT> mark) {
    Clock clock = Clock.system();
    return mark == null
        ? new LimitedReader<>(this, options, limit, null, clock)
        : new LimitedReader<>(this, options, mark.leftAt(clock.millis()), mark.inner(), clock);
  }

  @Override
  public Coder<LimitedMark<MarkT>> getCheckpointMarkCoder() {
    return LimitedMark.coder(source.getCheckpointMarkCoder());
  }

  @Override
  public boolean requiresDeduping() {
    return source.requiresDeduping();
  }

  @Override
  public Coder<T> getOutputCoder() {
    return source.getOutputCoder();
  }

  @Override
  public void validate() {
    source.validate();
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder
        .delegate(source)
        .addIfNotDefault(
            DisplayData.item("maxRecords", limit.records()).withLabel("Maximum Read Records"),
            Long.MAX_VALUE)
        .addIfNotDefault(
            DisplayData.item("maxReadNanos", limit.nanos()).withLabel("Maximum Read Time"),
            Long.MAX_VALUE);
  }
}
