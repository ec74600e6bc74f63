package dev.microbatch.benchmarks.pipelines;

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
 * is late, but some runners take a part of them for late and give a window in several panes; so
 * what is checked is what the panes of a window add up to.
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
            Tally.ofPieces(
                (count, timestamp) -> digest(count.getKey(), count.getValue(), timestamp)));
  }

  /** The digest of a pane: those of a window add up to that of the window in one piece. */
  private static long digest(long key, long count, long timestamp) {
    return count * Numbers.digest(key, timestamp);
  }

  @Override
  public Outcome expected() {
    NumberStream source = source();
    long checksum = 0;
    for (long number = 0; number < size(); number++) {
      long end = (source.time(number) / WINDOW_MILLIS + 1) * WINDOW_MILLIS - 1;
      checksum += digest(sizes.key(number), 1, end);
    }
    return new Outcome(0, checksum);
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
