package dev.microbatch.translation.limited;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import dev.microbatch.executor.source.RecordsWanted;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.io.CountingSource;
import org.apache.beam.sdk.io.CountingSource.CounterMark;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.io.UnboundedSource.UnboundedReader;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.util.CoderUtils;
import org.junit.jupiter.api.Test;

class LimitedSourceTest {

  private static final PipelineOptions OPTIONS = PipelineOptionsFactory.create();

  @SuppressWarnings("deprecation") // the simplest source that counts
  private static LimitedSource<Long, CounterMark> counting(long records, Long millis) {
    return new LimitedSource<>(CountingSource.unbounded(), Limit.of(records, millis));
  }

  /** Is cut into so many splits, however few are asked for. */
  private static final class Insisting extends UnboundedSource<Long, CounterMark> {
    private static final long serialVersionUID = 1L;

    private final int splits;

    @SuppressWarnings("deprecation") // the simplest source that counts
    private final UnboundedSource<Long, CounterMark> counter = CountingSource.unbounded();

    Insisting(int splits) {
      this.splits = splits;
    }

    @Override
    public List<? extends UnboundedSource<Long, CounterMark>> split(
        int desiredNumSplits, PipelineOptions options) throws Exception {
      return counter.split(Math.max(splits, desiredNumSplits), options);
    }

    @Override
    public UnboundedReader<Long> createReader(PipelineOptions options, CounterMark mark)
        throws IOException {
      return counter.createReader(options, mark);
    }

    @Override
    public Coder<CounterMark> getCheckpointMarkCoder() {
      return counter.getCheckpointMarkCoder();
    }

    @Override
    public Coder<Long> getOutputCoder() {
      return counter.getOutputCoder();
    }
  }

  private static List<Long> readAll(UnboundedReader<Long> reader) throws Exception {
    List<Long> read = new ArrayList<>();
    for (boolean available = reader.start(); available; available = reader.advance()) {
      read.add(reader.getCurrent());
    }
    return read;
  }

  @Test
  void endsAfterItsRecords() throws Exception {
    UnboundedReader<Long> reader = counting(3, null).createReader(OPTIONS, null);
    assertThat(readAll(reader), contains(0L, 1L, 2L));
    assertThat(reader.getWatermark(), is(BoundedWindow.TIMESTAMP_MAX_VALUE));
  }

  @Test
  void holdsItsWatermarkUntilItEnds() throws Exception {
    UnboundedReader<Long> reader = counting(2, null).createReader(OPTIONS, null);
    reader.start();
    assertThat(reader.getWatermark(), is(BoundedWindow.TIMESTAMP_MIN_VALUE));
    reader.advance();
    assertThat(reader.getWatermark(), is(BoundedWindow.TIMESTAMP_MAX_VALUE));
  }

  @Test
  void endsAfterItsTime() throws Exception {
    UnboundedReader<Long> reader = counting(Long.MAX_VALUE, 20L).createReader(OPTIONS, null);
    assertThat(readAll(reader).get(0), is(0L));
    assertThat(reader.getWatermark(), is(BoundedWindow.TIMESTAMP_MAX_VALUE));
  }

  @Test
  void readsNothingIfTheLimitIsNothing() throws Exception {
    assertThat(readAll(counting(0, null).createReader(OPTIONS, null)), empty());
    UnboundedReader<Long> noTime = counting(5, 0L).createReader(OPTIONS, null);
    assertThat(readAll(noTime), empty());
    assertThat(noTime.getWatermark(), is(BoundedWindow.TIMESTAMP_MAX_VALUE));
  }

  @Test
  void aReadThatIsLimitedByNumberIsOneSplit() throws Exception {
    List<LimitedSource<Long, CounterMark>> splits = counting(1_000_000, null).split(8, OPTIONS);
    assertThat(splits, hasSize(1));
    assertThat(splits.get(0).recordsWanted(), is(1_000_000L));
    assertThat(counting(1_000_000, 60_000L).split(8, OPTIONS), hasSize(1));
  }

  @Test
  void aReadThatIsLimitedByTimeOnlyIsSplit() throws Exception {
    List<LimitedSource<Long, CounterMark>> splits =
        counting(Long.MAX_VALUE, 60_000L).split(8, OPTIONS);
    assertThat(splits, hasSize(8));
    for (LimitedSource<Long, CounterMark> split : splits) {
      assertThat(split.recordsWanted(), is(0L));
      UnboundedReader<Long> reader = split.createReader(OPTIONS, null);
      assertThat(reader.start(), is(true));
      assertThat(((LimitedMark<?>) reader.getCheckpointMark()).left().isByRecords(), is(false));
    }
  }

  @Test
  void splitsShareTheRecordsIfTheSourceInsistsOnSeveral() throws Exception {
    List<LimitedSource<Long, CounterMark>> splits =
        new LimitedSource<>(new Insisting(3), Limit.of(25_001, null)).split(1, OPTIONS);
    assertThat(splits, hasSize(3));
    int records = 0;
    for (LimitedSource<Long, CounterMark> split : splits) {
      int read = readAll(split.createReader(OPTIONS, null)).size();
      assertThat(read, lessThanOrEqualTo(8_334));
      records += read;
    }
    assertThat(records, is(25_001));
  }

  @Test
  void saysHowManyRecordsItWaitsFor() throws Exception {
    UnboundedReader<Long> reader = counting(3, null).createReader(OPTIONS, null);
    reader.start();
    assertThat(((RecordsWanted) reader).recordsWanted(), is(2L));
    reader.advance();
    reader.advance();
    assertThat(((RecordsWanted) reader).recordsWanted(), is(0L));
  }

  @Test
  void aMarkKeepsWhatIsLeft() throws Exception {
    LimitedSource<Long, CounterMark> source = counting(5, 60_000L);
    UnboundedReader<Long> reader = source.createReader(OPTIONS, null);
    reader.start();
    reader.advance();
    @SuppressWarnings("unchecked")
    LimitedMark<CounterMark> mark = (LimitedMark<CounterMark>) reader.getCheckpointMark();
    LimitedMark<CounterMark> stored = CoderUtils.clone(source.getCheckpointMarkCoder(), mark);
    assertThat(stored.left(), is(mark.left()));
    assertThat(readAll(source.createReader(OPTIONS, stored)), contains(2L, 3L, 4L));
  }

  @Test
  void aMarkBeforeTheFirstReadBeginsAnew() throws Exception {
    LimitedSource<Long, CounterMark> source = counting(2, null);
    @SuppressWarnings("unchecked")
    LimitedMark<CounterMark> mark =
        (LimitedMark<CounterMark>) source.createReader(OPTIONS, null).getCheckpointMark();
    mark.finalizeCheckpoint();
    LimitedMark<CounterMark> stored = CoderUtils.clone(source.getCheckpointMarkCoder(), mark);
    assertThat(readAll(source.createReader(OPTIONS, stored)), contains(0L, 1L));
  }
}
