package dev.microbatch.executor.source;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.time.Clock;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.junit.jupiter.api.Test;

class BoundedSourceReaderTest {

  private static final Counter LOOKS = Metrics.counter("test", "looks");

  private final SteppedClock clock = new SteppedClock();
  private final List<Object> out = new ArrayList<>();
  private boolean ended;

  /** Some numbers. Each look for one takes its time, whether there is one or not. */
  @SuppressWarnings("serial") // is read where it was made
  private final class Slow extends BoundedSource<Long> {
    private final long count;
    private final long nanosPerLook;

    Slow(long count, long nanosPerLook) {
      this.count = count;
      this.nanosPerLook = nanosPerLook;
    }

    @Override
    public List<Slow> split(long desiredBundleSizeBytes, PipelineOptions options) {
      return List.of(this);
    }

    @Override
    public long getEstimatedSizeBytes(PipelineOptions options) {
      return count;
    }

    @Override
    public Coder<Long> getOutputCoder() {
      return VarLongCoder.of();
    }

    @Override
    public BoundedReader<Long> createReader(PipelineOptions options) {
      return new BoundedReader<>() {
        private long next;

        @Override
        public boolean start() {
          return advance();
        }

        @Override
        public boolean advance() {
          clock.step(nanosPerLook);
          LOOKS.inc();
          return next++ < count;
        }

        @Override
        public Long getCurrent() throws NoSuchElementException {
          return next - 1;
        }

        @Override
        public BoundedSource<Long> getCurrentSource() {
          return Slow.this;
        }

        @Override
        public void close() {}
      };
    }
  }

  private dev.microbatch.executor.source.BoundedSourceReader reader(Slow... splits) {
    List<Splits.Numbered<BoundedSource<?>>> numbered = new ArrayList<>();
    for (Slow split : splits) {
      numbered.add(new Splits.Numbered<>(numbered.size(), split));
    }
    return new dev.microbatch.executor.source.BoundedSourceReader(
        numbered, PipelineOptionsFactory.create(), clock, true);
  }

  private long read(SourceReader reader) throws Exception {
    return reader.read(
        new Portion(1_000, clock.nanos() + Clock.toNanos(5), () -> ended),
        (value, meta) -> out.add(value));
  }

  private static List<StateEntry> sealed(SourceReader reader) throws Exception {
    reader.seal(finalizer -> {});
    List<StateEntry> entries = new ArrayList<>();
    for (Checkpointed part : reader.parts()) {
      try (FrozenPart frozen = part.freeze(1, SnapshotScope.EVERYTHING)) {
        frozen.writeTo(entries::add);
      }
    }
    return entries;
  }

  private static void restore(SourceReader reader, List<StateEntry> entries) throws Exception {
    for (StateEntry entry : entries) {
      reader.parts().get(0).restore(entry);
    }
  }

  @Test
  void aSlowRecordIsAPortion() throws Exception {
    SourceReader reader = reader(new Slow(3, Clock.toNanos(250)));

    assertThat(read(reader), is(1L));
    assertThat(read(reader), is(1L));

    assertThat(out, contains(0L, 1L));
  }

  @Test
  void splitsWithoutRecordsEndAPortionToo() throws Exception {
    long slow = Clock.toNanos(250);
    SourceReader reader = reader(new Slow(0, slow), new Slow(0, slow), new Slow(1, slow));

    assertThat(read(reader), is(0L));
    assertThat(reader.hasMore(), is(true));
    read(reader);
    read(reader);
    read(reader);

    assertThat(out, contains(0L));
    assertThat(reader.isDone(), is(true));
  }

  @Test
  void stopsBehindTheCurrentRecordWhenReadingIsToEnd() throws Exception {
    ended = true;

    assertThat(read(reader(new Slow(100, 0))), is(1L));
  }

  @Test
  void skippingAfterARestartIsBoundedByTimeAsReadingIs() throws Exception {
    long slow = Clock.toNanos(250);
    SourceReader before = reader(new Slow(4, slow));
    read(before);
    read(before);
    read(before);
    SourceReader reader = reader(new Slow(4, slow));
    restore(reader, sealed(before));
    out.clear();

    assertThat(read(reader), is(0L));
    assertThat(out, is(empty()));
    SourceReader again = reader(new Slow(4, slow));
    restore(again, sealed(reader));
    while (again.hasMore()) {
      read(again);
    }

    assertThat(out, contains(3L));
  }

  @Test
  void aSplitThatHasFewerRecordsThanWereReadOfItIsRefused() throws Exception {
    SourceReader before = reader(new Slow(4, Clock.toNanos(2)));
    read(before);
    SourceReader reader = reader(new Slow(1, 0));
    restore(reader, sealed(before));

    IOException refused = assertThrows(IOException.class, () -> read(reader));

    assertThat(
        refused.getMessage(), containsString("has only 1 records now, of which 3 were read"));
  }

  @Test
  void whatASourceCountsWhileRecordsAreSkippedIsNotCountedAgain() throws Exception {
    SourceReader before = reader(new Slow(4, Clock.toNanos(2)));
    read(before);
    SourceReader reader = reader(new Slow(4, 0));
    restore(reader, sealed(before));
    MetricsContainerImpl container = new MetricsContainerImpl("step");

    MetricsEnvironment.setMetricsSupported(true);
    try (Closeable scope = MetricsEnvironment.scopedMetricsContainer(container)) {
      read(reader);
    }

    assertThat(reader.isDone(), is(true));
    assertThat(container.getCounter(LOOKS.getName()).getCumulative(), is(2L));
  }
}
