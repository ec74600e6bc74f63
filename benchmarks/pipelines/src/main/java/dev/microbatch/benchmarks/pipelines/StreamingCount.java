package dev.microbatch.benchmarks.pipelines;

import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;

/**
 * Count.perKey of an unbounded source, in windows of a minute that wait for late records. No record
 * is late, so a runner that fires a window too early has another outcome.
 *
 * @param sizes how many records and keys
 */
record StreamingCount(Sizes sizes) implements Workload {

  private static final long WINDOW_MILLIS = 60_000;
  private static final long SPAN_MILLIS = 600_000;
  private static final Duration LATENESS = Duration.standardMinutes(10);

  @Override
  public String name() {
    return "B10";
  }

  @Override
  public String description() {
    return "streaming: Count.perKey in fixed windows with lateness, " + sizes.keys() + " keys";
  }

  @Override
  public long size() {
    return sizes.records();
  }

  private NumberStream source() {
    return new NumberStream(size(), SPAN_MILLIS);
  }

  @Override
  public void build(Pipeline pipeline) {
    pipeline
        .apply(Read.from(source()))
        .apply("Key", ParDo.of(new KeyFn(sizes)))
        .apply(
            Window.<KV<Long, Long>>into(FixedWindows.of(Duration.millis(WINDOW_MILLIS)))
                .withAllowedLateness(LATENESS)
                .discardingFiredPanes())
        .apply(Count.perKey())
        .apply(
            Tally.withTimestamps(
                (count, timestamp) -> Numbers.digest(count.getKey(), count.getValue(), timestamp)));
  }

  /** A key in a window. */
  private record Cell(long key, long window) {}

  @Override
  public Outcome expected() {
    NumberStream source = source();
    Map<Cell, Long> counts = new HashMap<>();
    for (long number = 0; number < size(); number++) {
      counts.merge(new Cell(sizes.key(number), source.time(number) / WINDOW_MILLIS), 1L, Long::sum);
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
}
