package dev.microbatch.runner.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.MetricNameFilter;
import org.apache.beam.sdk.metrics.MetricResult;
import org.apache.beam.sdk.metrics.MetricResults;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.metrics.MetricsFilter;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionView;
import org.joda.time.Duration;

/**
 * A pipeline that keeps something of every kind in its checkpoints. All that it finds out is
 * gathered in one grouping per branch, which is emitted at the end of time: in the last batch, so
 * whoever repeats that batch says the same again.
 *
 * <p>It is the pipeline of the golden checkpoint, so what it keeps must stay as it is.
 */
@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
final class EveryKind {

  /** How many numbers the bounded source has. */
  static final int BOUNDED = 120;

  /** The counter of all numbers of both sources. */
  private static final String COUNTER = "numbers";

  /** The number that cannot be worked on, while {@link #fused}. */
  private static final long FUSE = 65;

  /** Whether one of the numbers makes the pipeline fail. */
  static volatile boolean fused;

  /** By the job's name and the branch, what was found out, sorted. */
  private static final Map<String, Map<String, List<String>>> FOUND = new ConcurrentHashMap<>();

  /** Which groupings it has. */
  enum Groupings {
    /** Of every kind. */
    ALL,
    /** Only of windows that fire once, at their end. */
    FIRING_ONCE
  }

  private EveryKind() {}

  /** What a job has found out, by branch; empty if it has not come to its end. */
  static Map<String, List<String>> found(String job) {
    return FOUND.getOrDefault(job, Map.of());
  }

  /** How many numbers have been read, as far as is certain. */
  static long committed(MetricResults metrics) {
    MetricsFilter counter =
        MetricsFilter.builder()
            .addNameFilter(MetricNameFilter.named(EveryKind.class, COUNTER))
            .build();
    long sum = 0;
    for (MetricResult<Long> result : metrics.queryMetrics(counter).getCounters()) {
      sum += result.getCommitted();
    }
    return sum;
  }

  /** Adds all of it to a pipeline. */
  static Pipeline addTo(Pipeline pipeline) {
    return addTo(pipeline, Groupings.ALL);
  }

  /** Adds it to a pipeline, with only some of the groupings. */
  static Pipeline addTo(Pipeline pipeline, Groupings groupings) {
    PCollection<KV<String, Long>> numbers =
        pipeline.apply("Tide", Read.from(new TideSource())).apply("Key", ParDo.of(new WithKey()));
    PCollection<KV<String, Long>> range =
        pipeline
            .apply("Range", Read.from(new RangeSource(1_000, 1_000 + BOUNDED)))
            .apply("RangeKey", ParDo.of(new WithKey()));
    PCollectionView<Long> side =
        numbers
            .apply("SideWindows", Window.into(FixedWindows.of(seconds(2))))
            .apply("SideValues", ParDo.of(new Value()))
            .apply("Side", Sum.longsGlobally().asSingletonView());
    PCollectionList<KV<String, String>> branches =
        PCollectionList.of(
                numbers
                    .apply("Stable", ParDo.of(new Stable()))
                    .apply("Remember", ParDo.of(new Remember()))
                    .apply("RememberBranch", ParDo.of(new Branch<>("state"))))
            .and(counted(numbers, "Sliding", SlidingWindows.of(seconds(2)).every(seconds(1))))
            .and(counted(numbers, "Fixed", FixedWindows.of(seconds(3))))
            .and(grouped(numbers, "FixedGroup", FixedWindows.of(seconds(3))));
    if (groupings == Groupings.ALL) {
      Sessions sessions = Sessions.withGapDuration(Duration.millis(400));
      branches =
          branches
              .and(counted(numbers, "Session", sessions))
              .and(grouped(numbers, "SessionGroup", sessions));
    }
    branches
        .and(
            numbers
                .apply("MainWindows", Window.into(FixedWindows.of(seconds(2))))
                .apply("WithSide", ParDo.of(new WithSide(side)).withSideInput("side", side))
                .apply("SideBranch", ParDo.of(new Branch<>("side"))))
        .and(grouped(range, "Range", new GlobalWindows()))
        .apply("InGlobalWindow", new ToOneWindow(groupings))
        .apply("Flatten", Flatten.pCollections())
        .apply("Gather", GroupByKey.create())
        .apply("Keep", ParDo.of(new Keep()));
    return pipeline;
  }

  private static Duration seconds(int seconds) {
    return Duration.standardSeconds(seconds);
  }

  private static PCollection<KV<String, String>> counted(
      PCollection<KV<String, Long>> numbers, String name, WindowFn<Object, ?> windows) {
    return numbers
        .apply(name + "CountWindows", Window.into(windows))
        .apply(name + "Count", Count.perKey())
        .apply(name + "CountBranch", ParDo.of(new Branch<>(name + " count")));
  }

  private static PCollection<KV<String, String>> grouped(
      PCollection<KV<String, Long>> numbers, String name, WindowFn<Object, ?> windows) {
    return numbers
        .apply(name + "Windows", Window.into(windows))
        .apply(name, GroupByKey.create())
        .apply(name + "Sorted", ParDo.of(new Sorted()))
        .apply(name + "Branch", ParDo.of(new Branch<>(name)));
  }

  private static final class ToOneWindow
      extends PTransform<PCollectionList<KV<String, String>>, PCollectionList<KV<String, String>>> {
    private final Groupings groupings;

    ToOneWindow(Groupings groupings) {
      this.groupings = groupings;
    }

    @Override
    public PCollectionList<KV<String, String>> expand(PCollectionList<KV<String, String>> in) {
      Window<KV<String, String>> window =
          groupings == Groupings.ALL
              ? Window.<KV<String, String>>into(new GlobalWindows())
                  .triggering(AfterWatermark.pastEndOfWindow())
                  .discardingFiredPanes()
              : Window.into(FixedWindows.of(Duration.standardDays(100_000)));
      PCollectionList<KV<String, String>> out = PCollectionList.empty(in.getPipeline());
      for (int i = 0; i < in.size(); i++) {
        out = out.and(in.get(i).apply("Window" + i, window));
      }
      return out;
    }
  }

  /** Irregular enough that sessions have different lengths. */
  private static final class WithKey extends DoFn<Long, KV<String, Long>> {
    private final Counter counter = Metrics.counter(EveryKind.class, COUNTER);

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<String, Long>> out) {
      if (fused && number == FUSE) {
        throw new IllegalStateException("the fuse has blown");
      }
      counter.inc();
      out.output(KV.of("k" + number * number % 11 % 4, number));
    }
  }

  private static final class Value extends DoFn<KV<String, Long>, Long> {
    @ProcessElement
    public void process(@Element KV<String, Long> in, OutputReceiver<Long> out) {
      out.output(in.getValue());
    }
  }

  private static final class Stable extends DoFn<KV<String, Long>, KV<String, Long>> {
    @RequiresStableInput
    @ProcessElement
    public void process(@Element KV<String, Long> in, OutputReceiver<KV<String, Long>> out) {
      out.output(in);
    }
  }

  private static final class WithSide extends DoFn<KV<String, Long>, String> {
    private final PCollectionView<Long> side;

    WithSide(PCollectionView<Long> side) {
      this.side = side;
    }

    @ProcessElement
    public void process(ProcessContext c) {
      c.output(c.element().getValue() + " of " + c.sideInput(side));
    }
  }

  private static final class Sorted extends DoFn<KV<String, Iterable<Long>>, String> {
    @ProcessElement
    public void process(@Element KV<String, Iterable<Long>> in, OutputReceiver<String> out) {
      List<Long> sorted = new ArrayList<>();
      in.getValue().forEach(sorted::add);
      Collections.sort(sorted);
      out.output(in.getKey() + sorted);
    }
  }

  private static final class Branch<T> extends DoFn<T, KV<String, String>> {
    private final String name;

    Branch(String name) {
      this.name = name;
    }

    @ProcessElement
    public void process(
        @Element T in, BoundedWindow window, OutputReceiver<KV<String, String>> out) {
      out.output(KV.of(name, in + " in " + window.maxTimestamp()));
    }
  }

  private static final class Keep extends DoFn<KV<String, Iterable<String>>, Void> {
    @ProcessElement
    public void process(@Element KV<String, Iterable<String>> in, PipelineOptions options) {
      List<String> sorted = new ArrayList<>();
      in.getValue().forEach(sorted::add);
      Collections.sort(sorted);
      FOUND
          .computeIfAbsent(
              options.getJobName(), job -> Collections.synchronizedMap(new TreeMap<>()))
          .put(in.getKey(), sorted);
    }
  }
}
