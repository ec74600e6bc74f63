package dev.microbatch.ui.browser;

import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.TypeDescriptors;
import org.joda.time.Duration;
import org.joda.time.Instant;

/** Pipelines to look at. */
final class Flows {

  /** Would change the title of a page that took names as HTML. */
  static final String HOSTILE = "<img src=x onerror=\"document.title='hacked'\">";

  private Flows() {}

  /** Counts numbers by their last digit in windows of a second, for ever. */
  static Pipeline endless(PipelineOptions options) {
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply("Read logs", numbers(1_000))
        .apply("Parse", ParDo.of(new Parse(Long.MAX_VALUE)))
        .apply("Per second/Window", Window.into(FixedWindows.of(Duration.standardSeconds(1))))
        .apply("Per second/Count", Count.perKey())
        .apply("Report " + HOSTILE, ParDo.of(new Drop()));
    return pipeline;
  }

  /** Fails at a number, again and again. */
  static Pipeline failing(PipelineOptions options) {
    Pipeline pipeline = Pipeline.create(options);
    pipeline.apply("Read logs", numbers(100)).apply("Parse", ParDo.of(new Parse(50)));
    return pipeline;
  }

  /** A tree of groupings: each is a stage, and none is in a composite of a user. */
  static Pipeline tree(PipelineOptions options, int stages) {
    Pipeline pipeline = Pipeline.create(options);
    List<PCollection<KV<Long, Long>>> grown = new ArrayList<>();
    grown.add(
        pipeline
            .apply("Read logs", numbers(10))
            .apply("Window", Window.into(FixedWindows.of(Duration.standardSeconds(5))))
            .apply(
                "Key", WithKeys.<Long, Long>of(n -> n % 7).withKeyType(TypeDescriptors.longs())));
    for (int from = 0; grown.size() < stages; from++) {
      for (int i = 0; i < (from % 3 == 0 ? 2 : 1) && grown.size() < stages; i++) {
        grown.add(grown.get(from).apply("Sum " + grown.size(), Sum.longsPerKey()));
      }
    }
    return pipeline;
  }

  private static GenerateSequence numbers(long perSecond) {
    return GenerateSequence.from(0)
        .withRate(perSecond, Duration.standardSeconds(1))
        .withTimestampFn(number -> new Instant(1_700_000_000_000L + number));
  }

  static final class Parse extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final Counter parsed = Metrics.counter("test", "parsed " + HOSTILE);
    private final long bad;

    Parse(long bad) {
      this.bad = bad;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      if (number == bad) {
        throw new IllegalArgumentException("cannot parse " + HOSTILE);
      }
      parsed.inc();
      out.output(KV.of(number % 10, number));
    }
  }

  static final class Drop extends DoFn<KV<Long, Long>, Void> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process() {}
  }
}
