package dev.microbatch.benchmarks.pipelines;

import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;
import org.joda.time.Instant;

/**
 * How long a record of a stream of ten thousand a second takes, from the moment at which it is due
 * to the call of the last DoFn. What comes in the first sixth of the run is not counted: there the
 * pipeline starts.
 *
 * @param sizes how many records and keys
 * @param way what a record goes through
 * @param isCheckpointed whether the pipeline runs with a checkpoint every second
 */
record Latency(Sizes sizes, Way way, boolean isCheckpointed) implements Workload {

  private static final long WINDOW_MILLIS = 1_000;
  private static final int START_SHARE = 6;

  /** What a record goes through. */
  enum Way {
    /** An exchange. */
    SHUFFLE("shuffle", "a shuffle"),
    /** Count.perKey in windows; what is measured is the record that closes the window. */
    WINDOW("window", "windows of 1 s");

    private final String title;
    private final String description;

    Way(String title, String description) {
      this.title = title;
      this.description = description;
    }
  }

  @Override
  public String name() {
    return "B11-" + way.title + (isCheckpointed ? "-checkpoints" : "");
  }

  @Override
  public String description() {
    return "latency through "
        + way.description
        + " at 10,000 records/s"
        + (isCheckpointed ? ", a checkpoint every second" : "");
  }

  @Override
  public Figure figure() {
    return Figure.LATENCY;
  }

  @Override
  public long size() {
    return sizes.records();
  }

  @Override
  public void build(Pipeline pipeline) {
    PCollection<KV<Long, Long>> records =
        pipeline
            .apply("Read", Read.from(new PacedStream(size())))
            .apply("Key", ParDo.of(new KeyFn(sizes)));
    switch (way) {
      case SHUFFLE ->
          records
              .apply("Exchange", Reshuffle.of())
              .apply("Note", ParDo.of(new NoteRecordFn(size())))
              .apply(Tally.of((record, timestamp) -> Numbers.digest(record)));
      case WINDOW ->
          records
              .apply(Window.into(FixedWindows.of(Duration.millis(WINDOW_MILLIS))))
              .apply(Count.perKey())
              .apply("Note", ParDo.of(new NoteWindowFn(size())))
              .apply(
                  Tally.withTimestamps(
                      (count, timestamp) ->
                          Numbers.digest(count.getKey(), count.getValue(), timestamp)));
    }
  }

  /** A key in a window. */
  private record Cell(long key, long window) {}

  @Override
  public Outcome expected() {
    if (way == Way.SHUFFLE) {
      long checksum = 0;
      for (long number = 0; number < size(); number++) {
        checksum += Numbers.digest(sizes.key(number), number);
      }
      return new Outcome(size(), checksum);
    }
    Map<Cell, Long> counts = new HashMap<>();
    for (long number = 0; number < size(); number++) {
      Cell cell = new Cell(sizes.key(number), PacedStream.time(number) / WINDOW_MILLIS);
      counts.merge(cell, 1L, Long::sum);
    }
    long checksum = 0;
    for (Map.Entry<Cell, Long> count : counts.entrySet()) {
      long end = (count.getKey().window() + 1) * WINDOW_MILLIS - 1;
      checksum += Numbers.digest(count.getKey().key(), count.getValue(), end);
    }
    return new Outcome(counts.size(), checksum);
  }

  private static final class KeyFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final Sizes sizes;

    KeyFn(Sizes sizes) {
      this.sizes = sizes;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      out.output(KV.of(sizes.key(number), number));
    }
  }

  /** Passes pairs on and notes how long what made them took. */
  private abstract static class NoteFn extends DoFn<KV<Long, Long>, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;

    private final long size;

    NoteFn(long size) {
      this.size = size;
    }

    /** Notes a record, unless it belongs to the start, or is only the source's end. */
    final void note(long number) {
      if (number >= size / START_SHARE && number < size) {
        Latencies.note(PacedStream.dueNanos(number));
      }
    }
  }

  private static final class NoteRecordFn extends NoteFn {
    private static final long serialVersionUID = 1L;

    NoteRecordFn(long size) {
      super(size);
    }

    @ProcessElement
    public void process(@Element KV<Long, Long> record, OutputReceiver<KV<Long, Long>> out) {
      note(record.getValue());
      out.output(record);
    }
  }

  private static final class NoteWindowFn extends NoteFn {
    private static final long serialVersionUID = 1L;

    NoteWindowFn(long size) {
      super(size);
    }

    @ProcessElement
    public void process(
        @Element KV<Long, Long> count, @Timestamp Instant end, OutputReceiver<KV<Long, Long>> out) {
      note(PacedStream.firstFrom(end.getMillis() + 1));
      out.output(count);
    }
  }
}
