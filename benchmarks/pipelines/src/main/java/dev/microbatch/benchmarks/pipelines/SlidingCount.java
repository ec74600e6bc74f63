package dev.microbatch.benchmarks.pipelines;

import java.io.Serializable;
import java.util.ArrayList;
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
 * Count.perKey in sliding windows of a minute: every record is in several windows.
 *
 * @param name the name of this shape
 * @param sizes how many records and keys
 * @param shape the windows and the event time of the records
 */
record SlidingCount(String name, Sizes sizes, Shape shape) implements Workload, PlainJava {

  private static final long WINDOW_MILLIS = 60_000;
  private static final long TEN_MINUTES = 600_000;

  /**
   * When windows begin, and what time the records have.
   *
   * @param slideMillis from the beginning of a window to that of the next
   * @param spanMillis the event time from the first record to the last
   */
  record Shape(long slideMillis, long spanMillis) implements Serializable {
    int slides() {
      return (int) ((spanMillis + slideMillis - 1) / slideMillis);
    }

    long time(long number, long size) {
      return number * spanMillis / size;
    }
  }

  /** Every 10 s; the records are ten minutes. */
  static SlidingCount sixWindows(Sizes sizes) {
    return new SlidingCount("B5", sizes, new Shape(10_000, TEN_MINUTES));
  }

  /** Every second; a key has 20 records in a window. */
  static SlidingCount sixtyWindows(Sizes sizes) {
    long windows = Math.max(1, sizes.records() / (20L * sizes.keys()));
    return new SlidingCount("B5b", sizes, new Shape(1_000, windows * WINDOW_MILLIS));
  }

  @Override
  public long size() {
    return sizes.records();
  }

  @Override
  public String description() {
    return "Count.perKey in windows of 60 s every "
        + shape.slideMillis() / 1_000
        + " s, "
        + sizes.keys()
        + " keys";
  }

  @Override
  public void build(Pipeline pipeline) {
    pipeline
        .apply(GenerateSequence.from(0).to(size()))
        .apply("Key", ParDo.of(new KeyFn(sizes, shape)))
        .apply(
            Window.into(
                SlidingWindows.of(Duration.millis(WINDOW_MILLIS))
                    .every(Duration.millis(shape.slideMillis()))))
        .apply(Count.perKey())
        .apply(
            Tally.withTimestamps(
                (count, timestamp) -> Numbers.digest(count.getKey(), count.getValue(), timestamp)));
  }

  @Override
  public Outcome expected() {
    Map<Long, int[]> counts = new HashMap<>();
    for (long number = 0; number < size(); number++) {
      int slide = (int) (shape.time(number, size()) / shape.slideMillis());
      counts.computeIfAbsent(sizes.key(number), any -> new int[shape.slides()])[slide]++;
    }
    Outcome outcome = Outcome.EMPTY;
    int perWindow = (int) (WINDOW_MILLIS / shape.slideMillis());
    for (Map.Entry<Long, int[]> slides : counts.entrySet()) {
      for (int last = 0; last < shape.slides() + perWindow - 1; last++) {
        long count = 0;
        for (int slide = Math.max(0, last - perWindow + 1);
            slide <= Math.min(last, shape.slides() - 1);
            slide++) {
          count += slides.getValue()[slide];
        }
        if (count > 0) {
          long end = (last + 1) * shape.slideMillis() - 1;
          outcome = outcome.plus(Outcome.of(Numbers.digest(slides.getKey(), count, end)));
        }
      }
    }
    return outcome;
  }

  @Override
  public Outcome runPlain(int threads) {
    return Exchange.run(size(), threads, () -> new Worker(sizes, shape));
  }

  /** Counts by key and slide; the count of a window is a running sum. */
  private static final class Worker extends HandWorker {
    private final LongIndex keys = new LongIndex();
    private final List<int[]> counts = new ArrayList<>();
    private final Sizes sizes;
    private final Shape shape;

    Worker(Sizes sizes, Shape shape) {
      this.sizes = sizes;
      this.shape = shape;
    }

    @Override
    void generate(long number) {
      send(sizes.key(number), 1, shape.time(number, sizes.records()));
    }

    @Override
    void receive(long key, long value, long time, Object payload) {
      int index = keys.add(key);
      if (index == counts.size()) {
        counts.add(new int[shape.slides()]);
      }
      counts.get(index)[(int) (time / shape.slideMillis())]++;
    }

    @Override
    Outcome finish() {
      int perWindow = (int) (WINDOW_MILLIS / shape.slideMillis());
      long windows = 0;
      long checksum = 0;
      for (int index = 0; index < keys.size(); index++) {
        int[] slides = counts.get(index);
        long sum = 0;
        for (int last = 0; last < slides.length + perWindow - 1; last++) {
          sum += last < slides.length ? slides[last] : 0;
          sum -= last >= perWindow ? slides[last - perWindow] : 0;
          if (sum > 0) {
            windows++;
            checksum += Numbers.digest(keys.key(index), sum, (last + 1) * shape.slideMillis() - 1);
          }
        }
      }
      return new Outcome(windows, checksum);
    }
  }

  private static final class KeyFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final Sizes sizes;
    private final Shape shape;

    KeyFn(Sizes sizes, Shape shape) {
      this.sizes = sizes;
      this.shape = shape;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      out.outputWithTimestamp(
          KV.of(sizes.key(number), number),
          Instant.ofEpochMilli(shape.time(number, sizes.records())));
    }
  }
}
