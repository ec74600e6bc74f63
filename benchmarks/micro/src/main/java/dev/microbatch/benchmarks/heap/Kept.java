package dev.microbatch.benchmarks.heap;

import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.Read;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.PTransform;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Duration;

/** What is kept for each key; every record has a key of its own. */
public enum Kept {
  /** A session of one value of 100 bytes. */
  SESSION("a session of one 100-byte value"),
  /** A key of a GroupByKey in a fixed window, with one value of 100 bytes. */
  GROUP("a key of a GroupByKey, one 100-byte value"),
  /** A combined long in a fixed window. */
  COMBINED("a combined long per key"),
  /** A ValueState of a long, and the timer of the window's end. */
  STATE("a ValueState with a timer");

  private static final Duration HOUR = Duration.standardHours(1);
  private static final int VALUE_BYTES = 100;

  private final String description;

  Kept(String description) {
    this.description = description;
  }

  /** What it is, for people. */
  public String description() {
    return description;
  }

  /**
   * Builds the stream.
   *
   * @param options of the pipeline
   * @param keys how many keys there are
   */
  public Pipeline pipeline(PipelineOptions options, long keys) {
    Pipeline pipeline = Pipeline.create(options);
    PCollection<Long> numbers = pipeline.apply(Read.from(new GatedSource(keys)));
    switch (this) {
      case SESSION ->
          group(
              numbers.apply("Bytes", MapElements.via(new ToBytes())),
              Sessions.withGapDuration(HOUR));
      case GROUP ->
          group(numbers.apply("Bytes", MapElements.via(new ToBytes())), FixedWindows.of(HOUR));
      case COMBINED ->
          windowed(numbers.apply("Pair", MapElements.via(new ToPair())), FixedWindows.of(HOUR))
              .apply(Sum.longsPerKey());
      case STATE ->
          windowed(numbers.apply("Pair", MapElements.via(new ToPair())), FixedWindows.of(HOUR))
              .apply("State", ParDo.of(new KeepFn()));
    }
    return pipeline;
  }

  private static void group(PCollection<KV<Long, byte[]>> records, WindowFn<Object, ?> windows) {
    windowed(records, windows).apply(GroupByKey.create());
  }

  private static <V> PCollection<KV<Long, V>> windowed(
      PCollection<KV<Long, V>> records, WindowFn<Object, ?> windows) {
    PTransform<PCollection<KV<Long, V>>, PCollection<KV<Long, V>>> into = Window.into(windows);
    return records.apply("Windows", into);
  }

  private static final class ToBytes extends SimpleFunction<Long, KV<Long, byte[]>> {
    private static final long serialVersionUID = 1L;

    @Override
    public KV<Long, byte[]> apply(Long number) {
      return KV.of(number, new byte[VALUE_BYTES]);
    }
  }

  private static final class ToPair extends SimpleFunction<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;

    @Override
    public KV<Long, Long> apply(Long number) {
      return KV.of(number, number);
    }
  }

  /** Not private, as its timer method is called by its annotation only. */
  static final class KeepFn extends DoFn<KV<Long, Long>, Void> {
    private static final long serialVersionUID = 1L;
    private static final String VALUE = "value";
    private static final String END = "end";

    @StateId(VALUE)
    private final StateSpec<ValueState<Long>> valueSpec = StateSpecs.value(VarLongCoder.of());

    @TimerId(END)
    private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(
        @Element KV<Long, Long> record,
        BoundedWindow window,
        @StateId(VALUE) ValueState<Long> value,
        @TimerId(END) Timer end) {
      value.write(record.getValue());
      end.set(window.maxTimestamp());
    }

    @OnTimer(END)
    public void end(@StateId(VALUE) ValueState<Long> value) {
      value.clear();
    }
  }
}
