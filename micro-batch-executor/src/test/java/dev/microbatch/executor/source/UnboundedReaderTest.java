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

class UnboundedReaderTest {

  private final List<Object> out = new ArrayList<>();
  private final List<Finalizer> finalizers = new ArrayList<>();

  private static UnboundedReader reader(NumbersSource... splits) {
    List<Splits.Numbered<UnboundedSource<?, ?>>> numbered = new ArrayList<>();
    for (NumbersSource split : splits) {
      numbered.add(new Splits.Numbered<>(numbered.size(), split));
    }
    return new UnboundedReader(numbered, PipelineOptionsFactory.create(), Clock.system(), true);
  }

  private long read(UnboundedReader reader, long maxRecords) throws Exception {
    return reader.read(
        new Portion(maxRecords, Clock.system().nanos() + Clock.toNanos(60_000)),
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
    UnboundedReader reader = reader(brief, more);

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
    UnboundedReader reader = reader(one, other);

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
    UnboundedReader reader = reader(ended, open);

    read(reader, 4);
    reader.seal(finalizers::add);
    reader.close();

    assertThat(ended.events, contains("closed"));
    assertThat(open.events, contains("closed"));
  }

  @Test
  void aSplitIsClosedEvenIfItsLastAcknowledgementFails() throws Exception {
    NumbersSource split = new NumbersSource(1);
    UnboundedReader reader = reader(split);
    read(reader, 1);
    reader.seal(finalizers::add);
    split.refuse();

    assertThrows(IOException.class, this::acknowledge);
    assertThat(split.events, contains("refused 1", "closed"));
  }
}
