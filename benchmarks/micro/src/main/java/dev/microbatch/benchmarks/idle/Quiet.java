package dev.microbatch.benchmarks.idle;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Reshuffle;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PBegin;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;

/** A stream with little or nothing to do. */
public enum Quiet {
  /** A source of Beam's that gives a record an hour; its watermark follows the clock. */
  SEQUENCE("GenerateSequence, one an hour"),
  /** Nothing comes, and the watermark follows the clock. */
  CLOCK("watermark follows the clock"),
  /** Nothing comes, and the watermark stands. */
  STANDING("watermark stands"),
  /** Nothing comes, the watermark follows the clock, and there are ten stages. */
  STAGES("the same, ten stages"),
  /** A record comes every 200 ms. */
  TRICKLE("a record every 200 ms");

  private static final List<Long> LATENCIES = new ArrayList<>();

  private final String description;

  Quiet(String description) {
    this.description = description;
  }

  /** What it is, for people. */
  public String description() {
    return description;
  }

  /**
   * Builds it.
   *
   * @param options of the pipeline
   */
  public Pipeline pipeline(PipelineOptions options) {
    Pipeline pipeline = Pipeline.create(options);
    switch (this) {
      case SEQUENCE ->
          count(pipeline, GenerateSequence.from(0).withRate(1, Duration.standardHours(1)));
      case CLOCK -> count(pipeline, Read.from(new QuietSource(0, true)));
      case STANDING -> count(pipeline, Read.from(new QuietSource(0, false)));
      case STAGES -> {
        PCollection<KV<Long, Long>> keyed =
            keyed(pipeline.apply("Read", Read.from(new QuietSource(0, true))));
        for (int i = 1; i < 10; i++) {
          keyed = keyed.apply("Stage " + i, Reshuffle.of());
        }
      }
      case TRICKLE ->
          keyed(pipeline.apply("Read", Read.from(new QuietSource(200, true))))
              .apply("Exchange", Reshuffle.of())
              .apply("Measure", ParDo.of(new MeasureFn()));
    }
    return pipeline;
  }

  private static void count(Pipeline pipeline, PTransform<PBegin, PCollection<Long>> read) {
    keyed(pipeline.apply("Read", read))
        .apply("Windows", Window.into(FixedWindows.of(Duration.standardMinutes(1))))
        .apply("Count", Count.perKey());
  }

  private static PCollection<KV<Long, Long>> keyed(PCollection<Long> records) {
    return records.apply(
        "Keys",
        WithKeys.<Long, Long>of(number -> number % 10).withKeyType(TypeDescriptors.longs()));
  }

  /** Notes how long each record took. */
  private static final class MeasureFn extends DoFn<KV<Long, Long>, Void> {
    private static final long serialVersionUID = 1L;

    /** Takes a record. */
    @ProcessElement
    public void process(@Element KV<Long, Long> record) {
      synchronized (LATENCIES) {
        LATENCIES.add(System.nanoTime() - record.getValue());
      }
    }
  }

  /** How long records took since the last call, in nanoseconds, sorted. */
  public static long[] takeLatencies() {
    synchronized (LATENCIES) {
      long[] taken = LATENCIES.stream().mapToLong(Long::longValue).toArray();
      LATENCIES.clear();
      Arrays.sort(taken);
      return taken;
    }
  }
}
