package dev.microbatch.executor.source;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.EncodingException;
import dev.microbatch.executor.state.EntryReader;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.UnboundedSource.CheckpointMark;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.util.CoderUtils;
import org.checkerframework.checker.nullness.qual.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads unbounded splits, all of them in every portion, each its share; the splits that had more to
 * read last time share what there is. A portion that is over before every split had its turn goes
 * on with the others next time. A split's watermark is what its reader says; a split whose
 * watermark is the end of time is at its end.
 *
 * <p>What a mark acknowledges belongs to the connection of its reader, so the reader of a split
 * that is at its end stays open until its last mark has been acknowledged.
 */
public final class UnboundedSourceReader implements SourceReader {

  private static final Logger LOG = LoggerFactory.getLogger(UnboundedSourceReader.class);

  private final List<Split<?>> splits = new ArrayList<>();
  private final PipelineOptions options;
  private final Clock clock;
  private final PortionClock portionClock;
  private final Positions positions;
  private final RecordIds recordIds;

  /** Which split is the first to be read in the next portion. */
  private int turn;

  /** One split with its live reader. */
  private static final class Split<MarkT extends CheckpointMark> {
    final int index;
    final UnboundedSource<?, MarkT> source;
    UnboundedSource.@Nullable UnboundedReader<?> reader;

    /** Where the reader is to resume, if it is not open. */
    @Nullable MarkT mark;

    long watermark = EventTime.MIN;
    boolean hasMore = true;

    /** When it gave a record, or was made, by the monotone clock. */
    long recordNanos;

    /** Whether its reader says how much is unread. */
    boolean knowsBacklog = true;

    /** Whether its last mark was taken; its reader is then only open to be acknowledged to. */
    boolean sealed;

    Split(int index, UnboundedSource<?, MarkT> source, long nowNanos) {
      this.index = index;
      this.source = source;
      this.recordNanos = nowNanos;
    }

    SplitStatus status(long nowNanos) {
      return new SplitStatus(
          index,
          SplitFailure.name(source),
          watermark,
          isBusy(),
          nowNanos - recordNanos,
          backlogBytes());
    }

    /** A reader that cannot say is not asked again: nothing may fail because of a figure. */
    private long backlogBytes() {
      if (reader == null || sealed || !knowsBacklog) {
        return SplitStatus.UNKNOWN;
      }
      try {
        return Math.max(SplitStatus.UNKNOWN, reader.getSplitBacklogBytes());
      } catch (RuntimeException e) {
        LOG.info("{} does not say how much is unread", source, e);
        knowsBacklog = false;
        return SplitStatus.UNKNOWN;
      }
    }

    boolean isAtEnd() {
      return watermark >= EventTime.MAX;
    }

    /** Whether it had more to read than it was allowed to. */
    boolean isBusy() {
      return hasMore && !isAtEnd();
    }

    boolean advance(PipelineOptions options, long records) throws IOException {
      try {
        return advance(options);
      } catch (IOException | RuntimeException | LinkageError e) {
        throw SplitFailure.of(source, index, records, e);
      }
    }

    private boolean advance(PipelineOptions options) throws IOException {
      if (reader == null) {
        reader = source.createReader(options, mark);
        mark = null;
        return reader.start();
      }
      return reader.advance();
    }

    @SuppressWarnings("unchecked") // A reader's marks are those of its source.
    void write(CheckpointMark taken, DataOutputStream out) throws IOException {
      byte[] bytes = {};
      if (!sealed) {
        try {
          bytes = CoderUtils.encodeToByteArray(source.getCheckpointMarkCoder(), (MarkT) taken);
        } catch (IOException | RuntimeException e) {
          throw new EncodingException(
              "the mark of split " + index + " with " + source.getCheckpointMarkCoder(), e);
        }
      }
      new StoredPosition.Unbounded(sealed, watermark, bytes).write(out);
    }

    void restore(EntryReader in) throws IOException {
      StoredPosition.Unbounded stored = StoredPosition.Unbounded.read(in);
      sealed = stored.done();
      watermark = stored.watermark();
      if (!sealed) {
        try {
          mark = CoderUtils.decodeFromByteArray(source.getCheckpointMarkCoder(), stored.mark());
        } catch (IOException | RuntimeException e) {
          throw new IOException(
              "The mark of split "
                  + index
                  + " cannot be decoded by "
                  + source.getCheckpointMarkCoder()
                  + ": has the source "
                  + source.getClass().getName()
                  + " changed since it was written?",
              e);
        }
      }
    }
  }

  /**
   * Creates the reader; nothing is opened yet.
   *
   * @param sources what this partition is to read
   * @param options the pipeline's options, for the sources
   * @param clock measures the portion
   * @param tracked whether there will be commits
   * @param memory how much of the ids of records is remembered
   */
  public UnboundedSourceReader(
      List<Splits.Numbered<UnboundedSource<?, ?>>> sources,
      PipelineOptions options,
      Clock clock,
      boolean tracked,
      RecordIdMemory memory) {
    for (Splits.Numbered<UnboundedSource<?, ?>> numbered : sources) {
      splits.add(new Split<>(numbered.index(), numbered.source(), clock.nanos()));
    }
    this.options = options;
    this.clock = clock;
    this.portionClock = new PortionClock(clock);
    this.positions = new Positions(tracked, this::restore);
    this.recordIds = new RecordIds(clock, tracked, memory);
  }

  @Override
  public long read(Portion portion, Receiver out) throws IOException {
    int busy = 0;
    for (Split<?> split : splits) {
      busy += split.isBusy() ? 1 : 0;
    }
    long count = 0;
    for (int visited = 0; visited < splits.size(); visited++) {
      Split<?> split = splits.get(turn);
      if (!split.isAtEnd()) {
        int sharers = split.isBusy() ? busy-- : busy + 1;
        long now = clock.nanos();
        boolean timeIsUp = count > 0 && now - portion.deadlineNanos() >= 0;
        if (timeIsUp || count >= portion.maxRecords() || portion.ended().getAsBoolean()) {
          break; // this split is the first one next time
        }
        portionClock.begin(now, now + (portion.deadlineNanos() - now) / sharers, portion.ended());
        long read = read(split, Math.max(1, (portion.maxRecords() - count) / sharers), out);
        if (read > 0) {
          split.recordNanos = now;
        }
        count += read;
      }
      turn = turn + 1 == splits.size() ? 0 : turn + 1;
    }
    return count;
  }

  private long read(Split<?> split, long maxRecords, Receiver out) throws IOException {
    long count = 0;
    split.hasMore = false;
    while (split.advance(options, count)) {
      count++;
      UnboundedSource.UnboundedReader<?> reader = split.reader;
      if (!split.source.requiresDeduping()
          || recordIds.add(split.index, reader.getCurrentRecordId())) {
        out.process(
            reader.getCurrent(), Meta.inGlobalWindow(reader.getCurrentTimestamp().getMillis()));
      }
      if (count >= maxRecords || portionClock.isUp()) {
        split.hasMore = true;
        break;
      }
    }
    split.watermark =
        Math.max(split.watermark, EventTime.clamp(split.reader.getWatermark().getMillis()));
    return count;
  }

  @Override
  public void drain() {
    for (Split<?> split : splits) {
      split.hasMore = false;
      split.watermark = EventTime.MAX;
    }
  }

  @Override
  public void seal(Consumer<Finalizer> finalizers) throws IOException {
    for (Split<?> split : splits) {
      if (split.reader != null && !split.sealed) {
        CheckpointMark mark = split.reader.getCheckpointMark();
        split.sealed = split.isAtEnd();
        finalizers.accept(split.sealed ? () -> finish(split, mark) : mark::finalizeCheckpoint);
        positions.put(split.index, out -> split.write(mark, out));
      }
    }
  }

  private static void finish(Split<?> split, CheckpointMark last) throws IOException {
    try {
      last.finalizeCheckpoint();
    } finally {
      close(split);
    }
  }

  private void restore(int index, EntryReader in) throws IOException {
    for (Split<?> split : splits) {
      if (split.index == index) {
        split.restore(in);
      }
    }
  }

  @Override
  public List<Checkpointed> parts() {
    return List.of(positions, recordIds);
  }

  @Override
  public long watermark() {
    long watermark = EventTime.MAX;
    for (Split<?> split : splits) {
      watermark = Math.min(watermark, split.watermark);
    }
    return watermark;
  }

  @Override
  public List<SplitStatus> splits() {
    long now = clock.nanos();
    List<SplitStatus> open = new ArrayList<>();
    for (Split<?> split : splits) {
      if (!split.isAtEnd()) {
        open.add(split.status(now));
      }
    }
    return open;
  }

  @Override
  public long recordsWanted() {
    long wanted = 0;
    for (Split<?> split : splits) {
      Object limited = split.reader == null ? split.source : split.reader;
      if (limited instanceof RecordsWanted records && !split.isAtEnd()) {
        wanted += records.recordsWanted();
      }
    }
    return wanted;
  }

  @Override
  public boolean hasMore() {
    for (Split<?> split : splits) {
      if (split.isBusy()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() {
    splits.forEach(UnboundedSourceReader::close);
  }

  private static void close(Split<?> split) {
    if (split.reader != null) {
      try {
        split.reader.close();
      } catch (IOException | RuntimeException e) {
        LOG.warn("Closing a reader of {} failed", split.source, e);
      }
      split.reader = null;
    }
  }
}
