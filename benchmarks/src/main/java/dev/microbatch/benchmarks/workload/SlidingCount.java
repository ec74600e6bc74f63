package dev.microbatch.benchmarks.workload;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.joda.time.Instant;

/**
 * Count.perKey in sliding windows of 60 s every 10 s: every record is in six windows. The records
 * are ten minutes of event time.
 *
 * @param size how many records
 * @param keys how many keys
 */
record SlidingCount(long size, int keys) implements Workload, PlainJava {

  private static final long WINDOW_MILLIS = 60_000;
  private static final long SLIDE_MILLIS = 10_000;
  private static final long SPAN_MILLIS = 600_000;

  @Override
  public String name() {
    return "B5";
  }

  @Override
  public String description() {
    return "Count.perKey in windows of 60 s every 10 s, " + keys + " keys";
  }

  private static long time(long number, long size) {
    return number * SPAN_MILLIS / size;
  }

  @Override
  public void build(Pipeline pipeline) {
    pipeline
        .apply(GenerateSequence.from(0).to(size))
        .apply("Key", ParDo.of(new KeyFn(size, keys)))
        .apply(
            Window.into(
                SlidingWindows.of(Duration.millis(WINDOW_MILLIS))
                    .every(Duration.millis(SLIDE_MILLIS))))
        .apply(Count.perKey())
        .apply(
            Tally.withTimestamps(
                (count, timestamp) -> Numbers.digest(count.getKey(), count.getValue(), timestamp)));
  }

  @Override
  public Outcome expected() {
    return runPlain(1);
  }

  @Override
  public Outcome runPlain(int threads) {
    List<Map<Long, long[]>> parts = Parallel.run(size, threads, this::countSlides);
    return parts.stream().reduce(SlidingCount::merge).orElseThrow().entrySet().stream()
        .map(slides -> windows(slides.getKey(), slides.getValue()))
        .reduce(Outcome.EMPTY, Outcome::plus);
  }

  /** Counts by key and slide. */
  private Map<Long, long[]> countSlides(long from, long to) {
    int slides = (int) (SPAN_MILLIS / SLIDE_MILLIS);
    Map<Long, long[]> counts = new HashMap<>();
    for (long number = from; number < to; number++) {
      long key = Numbers.below(number, keys);
      int slide = (int) (time(number, size) / SLIDE_MILLIS);
      counts.computeIfAbsent(key, any -> new long[slides])[slide]++;
    }
    return counts;
  }

  private static Map<Long, long[]> merge(Map<Long, long[]> into, Map<Long, long[]> from) {
    from.forEach(
        (key, counts) ->
            into.merge(
                key,
                counts,
                (left, right) -> {
                  for (int i = 0; i < left.length; i++) {
                    left[i] += right[i];
                  }
                  return left;
                }));
    return into;
  }

  /** One element per window of a key in which there is a record. */
  private static Outcome windows(long key, long[] slides) {
    int perWindow = (int) (WINDOW_MILLIS / SLIDE_MILLIS);
    Outcome outcome = Outcome.EMPTY;
    for (int last = 0; last < slides.length + perWindow - 1; last++) {
      long count = 0;
      for (int i = Math.max(0, last - perWindow + 1); i <= Math.min(last, slides.length - 1); i++) {
        count += slides[i];
      }
      if (count > 0) {
        long maxTimestamp = (last + 1) * SLIDE_MILLIS - 1;
        outcome = outcome.plus(Outcome.of(Numbers.digest(key, count, maxTimestamp)));
      }
    }
    return outcome;
  }

  private static final class KeyFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final long size;
    private final int keys;

    KeyFn(long size, int keys) {
      this.size = size;
      this.keys = keys;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      out.outputWithTimestamp(
          KV.of(Numbers.below(number, keys), number), Instant.ofEpochMilli(time(number, size)));
    }
  }
}
