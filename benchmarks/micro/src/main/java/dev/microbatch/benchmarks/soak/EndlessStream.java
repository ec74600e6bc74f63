package dev.microbatch.benchmarks.soak;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;

/**
 * A pipeline with all that keeps something for a while: sessions, sliding windows, and a stateful
 * function with timers that reads a windowed side input, which comes from a source that gives each
 * record twice. Keys come for a moment and never return.
 */
public final class EndlessStream {

  /** How many records a key gets, one after the other. */
  static final int RECORDS_PER_KEY = 20;

  private EndlessStream() {}

  /**
   * Makes it.
   *
   * @param options its options
   * @param perSecond how many records a second
   * @param idsPerSecond how many records a second come from the source that repeats itself
   */
  public static Pipeline pipeline(PipelineOptions options, double perSecond, double idsPerSecond) {
    Pipeline pipeline = Pipeline.create(options);
    PCollectionView<Long> ticks =
        pipeline
            .apply("Ticks", Read.from(new PacedSource(idsPerSecond, true)))
            .apply("Once", ParDo.of(new PassFn<Long>(Tally.TICKS)))
            .apply("Tick windows", Window.into(FixedWindows.of(Duration.standardSeconds(1))))
            .apply(
                "Ticks in a second", Combine.globally(Count.<Long>combineFn()).asSingletonView());
    PCollection<KV<Long, Long>> events =
        pipeline
            .apply("Events", Read.from(new PacedSource(perSecond, false)))
            .apply(
                "Key",
                WithKeys.<Long, Long>of(number -> number / RECORDS_PER_KEY)
                    .withKeyType(TypeDescriptors.longs()));
    events.apply(
        "Sessions", counted(Sessions.withGapDuration(Duration.standardSeconds(2)), Tally.SESSIONS));
    events.apply(
        "Sliding",
        counted(
            SlidingWindows.of(Duration.standardSeconds(10)).every(Duration.standardSeconds(2)),
            Tally.SLIDING));
    events
        .apply("Windows", Window.into(FixedWindows.of(Duration.standardSeconds(1))))
        .apply("Keep", ParDo.of(new KeepFn(ticks)).withSideInputs(ticks));
    return pipeline;
  }

  private static PTransform<PCollection<KV<Long, Long>>, PCollection<KV<Long, Long>>> counted(
      WindowFn<Object, ?> windows, Tally results) {
    return new PTransform<>() {
      private static final long serialVersionUID = 1L;

      @Override
      public PCollection<KV<Long, Long>> expand(PCollection<KV<Long, Long>> input) {
        return input
            .apply(Window.into(windows))
            .apply(Count.perKey())
            .apply(ParDo.of(new PassFn<KV<Long, Long>>(results)));
      }
    };
  }

  /** Counts what passes. */
  private static final class PassFn<T> extends DoFn<T, T> {
    private static final long serialVersionUID = 1L;

    private final Tally tally;

    PassFn(Tally tally) {
      this.tally = tally;
    }

    @ProcessElement
    public void process(@Element T element, OutputReceiver<T> out) {
      tally.count();
      out.output(element);
    }
  }
}
