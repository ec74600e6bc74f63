package dev.microbatch.executor.source;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.time.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;

class UnboundedSourceReaderTest {

  private final List<Object> out = new ArrayList<>();
  private final List<Finalizer> finalizers = new ArrayList<>();

  private final SteppedClock clock = new SteppedClock();
  private boolean ended;

  private UnboundedSourceReader reader(NumbersSource... splits) {
    List<Splits.Numbered<UnboundedSource<?, ?>>> numbered = new ArrayList<>();
    for (NumbersSource split : splits) {
      numbered.add(new Splits.Numbered<>(numbered.size(), split));
    }
    return new UnboundedSourceReader(
        numbered, PipelineOptionsFactory.create(), clock, true, new RecordIdMemory(0, 0));
  }

  private long read(UnboundedSourceReader reader, long maxRecords) throws Exception {
    return reader.read(
        new Portion(maxRecords, clock.nanos() + Clock.toNanos(5), () -> ended),
        (value, meta) -> out.add(value));
  }

  /** Gives the acknowledgements, as the loop does when a commit is durable. */
  private void acknowledge() throws Exception {
    for (Finalizer finalizer : List.copyOf(finalizers)) {
      finalizer.run();
    }
    finalizers.clear();
  }

  @Test
  void aSplitIsClosedBehindItsLastAcknowledgement() throws Exception {
    NumbersSource brief = new NumbersSource(2);
    NumbersSource more = new NumbersSource(4);
    more.setAvailable(3);
    UnboundedSourceReader reader = reader(brief, more);

    read(reader, 100);
    reader.seal(finalizers::add);
    assertThat(brief.events, is(empty()));
    more.setAvailable(4);
    read(reader, 100);
    reader.seal(finalizers::add);
    acknowledge();
    reader.seal(finalizers::add);

    assertThat(reader.isDone(), is(true));
    assertThat(out, contains(0L, 1L, 0L, 1L, 2L, 3L));
    assertThat(finalizers, is(empty()));
    assertThat(brief.events, contains("acknowledged 2", "closed"));
    assertThat(more.events, contains("acknowledged 3", "acknowledged 4", "closed"));
    reader.close();
    assertThat(brief.events, contains("acknowledged 2", "closed"));
  }

  @Test
  void aDrainedSplitIsClosedBehindItsLastAcknowledgement() throws Exception {
    NumbersSource one = new NumbersSource(100);
    NumbersSource other = new NumbersSource(100);
    UnboundedSourceReader reader = reader(one, other);

    read(reader, 4);
    reader.seal(finalizers::add);
    read(reader, 2);
    reader.drain();
    reader.seal(finalizers::add);
    acknowledge();

    assertThat(reader.isDone(), is(true));
    assertThat(one.events, contains("acknowledged 2", "acknowledged 3", "closed"));
    assertThat(other.events, contains("acknowledged 2", "acknowledged 3", "closed"));
  }

  @Test
  void whatIsGivenUpIsClosedAndNotAcknowledged() throws Exception {
    NumbersSource ended = new NumbersSource(1);
    NumbersSource open = new NumbersSource(100);
    UnboundedSourceReader reader = reader(ended, open);

    read(reader, 4);
    reader.seal(finalizers::add);
    reader.close();

    assertThat(ended.events, contains("closed"));
    assertThat(open.events, contains("closed"));
  }

  @Test
  void aSplitIsClosedEvenIfItsLastAcknowledgementFails() throws Exception {
    NumbersSource split = new NumbersSource(1);
    UnboundedSourceReader reader = reader(split);
    read(reader, 1);
    reader.seal(finalizers::add);
    split.refuse();

    assertThrows(IOException.class, this::acknowledge);
    assertThat(split.events, contains("refused 1", "closed"));
  }

  @Test
  void slowRecordsEndAPortionBeforeEverySplitHadItsTurnAndTheOthersComeNext() throws Exception {
    List<NumbersSource> splits = new ArrayList<>();
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int split = i;
      splits.add(
          new NumbersSource(
              100,
              () -> {
                order.add(split);
                clock.step(Clock.toNanos(250));
              }));
    }
    UnboundedSourceReader reader = reader(splits.toArray(new NumbersSource[0]));

    for (int portion = 0; portion < 10; portion++) {
      assertThat(read(reader, 1_000), is(1L));
      assertThat(reader.hasMore(), is(true));
    }

    assertThat(order, contains(0, 1, 2, 3, 4, 5, 6, 7, 0, 1));
  }

  @Test
  void allSplitsTogetherReadNoMoreThanThePortion() throws Exception {
    NumbersSource idle = new NumbersSource(100);
    idle.setAvailable(0);
    UnboundedSourceReader reader = reader(new NumbersSource(100), idle, new NumbersSource(100));

    assertThat(read(reader, 2), is(2L));
    assertThat(read(reader, 1), is(1L));
    assertThat(read(reader, 1), is(1L));

    assertThat(out, contains(0L, 0L, 1L, 1L));
  }

  @Test
  void splitsThatHadMoreShareWhatIdleOnesDoNotNeed() throws Exception {
    NumbersSource idle = new NumbersSource(1_000);
    idle.setAvailable(0);
    NumbersSource busy = new NumbersSource(1_000);
    UnboundedSourceReader reader = reader(idle, busy);
    read(reader, 10);
    out.clear();

    assertThat(read(reader, 100), is(100L));
  }

  @Test
  void stopsBehindTheCurrentRecordWhenReadingIsToEnd() throws Exception {
    NumbersSource first = new NumbersSource(1_000);
    UnboundedSourceReader reader = reader(first, new NumbersSource(1_000));

    long count =
        reader.read(
            new Portion(1_000, clock.nanos() + Clock.toNanos(5), () -> ended),
            (value, meta) -> ended = (Long) value == 99);

    assertThat(count, is(100L));
    assertThat(read(reader, 1_000), is(0L));
    assertThat(reader.hasMore(), is(true));
  }
}
