package dev.microbatch.ui;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.metrics.Counter;
import org.apache.beam.sdk.metrics.Distribution;
import org.apache.beam.sdk.metrics.Gauge;
import org.apache.beam.sdk.metrics.Metrics;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.joda.time.Instant;

/** Pipelines for tests. */
final class Pipelines {

  /** What pipelines wait for, by name: static, since functions are copies. */
  private static final ConcurrentHashMap<String, CountDownLatch> GATES = new ConcurrentHashMap<>();

  private Pipelines() {}

  /** Counts numbers by their last digit in windows of a second, for ever. */
  static Pipeline endless(PipelineOptions options) {
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply(
            "Numbers",
            GenerateSequence.from(0)
                .withRate(1_000, Duration.standardSeconds(1))
                .withTimestampFn(number -> new Instant(1_700_000_000_000L + number)))
        .apply("Window", Window.into(FixedWindows.of(Duration.standardSeconds(1))))
        .apply("Count/Digits", ParDo.of(new ByDigit()))
        .apply("Count/Sum", Combine.perKey(Sum.ofLongs()));
    return pipeline;
  }

  /** Counts so many numbers. */
  static Pipeline bounded(PipelineOptions options, long numbers) {
    Pipeline pipeline = Pipeline.create(options);
    pipeline
        .apply("Numbers", GenerateSequence.from(0).to(numbers))
        .apply("Count/Digits", ParDo.of(new ByDigit()))
        .apply("Count/Sum", Combine.perKey(Sum.ofLongs()));
    return pipeline;
  }

  /** One element that waits in a step until the gate is opened. */
  static Pipeline gated(PipelineOptions options, String gate) {
    close(gate);
    Pipeline pipeline = Pipeline.create(options);
    pipeline.apply("One", Create.of(1L)).apply("Gate", ParDo.of(new Wait(gate)));
    return pipeline;
  }

  static void close(String gate) {
    GATES.put(gate, new CountDownLatch(1));
  }

  static void open(String gate) {
    GATES.get(gate).countDown();
  }

  static final class ByDigit extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final Counter seen = Metrics.counter("test", "seen");
    private final Distribution digits = Metrics.distribution("test", "digits");
    private final Gauge last = Metrics.gauge("test", "last");

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      seen.inc();
      digits.update(number % 10);
      last.set(number);
      out.output(KV.of(number % 10, 1L));
    }
  }

  static final class Wait extends DoFn<Long, Long> {
    private static final long serialVersionUID = 1L;
    private final String gate;

    Wait(String gate) {
      this.gate = gate;
    }

    @ProcessElement
    public void process(@Element Long one, OutputReceiver<Long> out) throws InterruptedException {
      GATES.get(gate).await();
      out.output(one);
    }
  }
}
