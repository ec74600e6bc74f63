package dev.microbatch.translation.limited;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.CountingSource;
import org.apache.beam.sdk.io.CountingSource.CounterMark;
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
  void splitsShareTheRecords() throws Exception {
    List<LimitedSource<Long, CounterMark>> splits = counting(25_001, null).split(8, OPTIONS);
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
  void fewRecordsAreNotSplit() throws Exception {
    assertThat(counting(100, null).split(8, OPTIONS), hasSize(1));
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
