package dev.microbatch.benchmarks.pipelines;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.io.GenerateSequence;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.joda.time.Duration;
import org.joda.time.Instant;

/**
 * A stateful ParDo in windows of a minute: each record changes a value and sets the timer of its
 * window's end, which outputs the value. The records are ten minutes of event time.
 *
 * @param sizes how many records and keys
 */
record StatefulSum(Sizes sizes) implements Workload, PlainJava {

  private static final long WINDOW_MILLIS = 60_000;
  private static final long SPAN_MILLIS = 600_000;

  @Override
  public String name() {
    return "B7";
  }

  @Override
  public String description() {
    return "stateful ParDo with an event-time timer, " + sizes.keys() + " keys";
  }

  @Override
  public long size() {
    return sizes.records();
  }

  private static long time(long number, long size) {
    return number * SPAN_MILLIS / size;
  }

  @Override
  public void build(Pipeline pipeline) {
    pipeline
        .apply(GenerateSequence.from(0).to(size()))
        .apply("Key", ParDo.of(new KeyFn(sizes)))
        .apply(Window.into(FixedWindows.of(Duration.millis(WINDOW_MILLIS))))
        .apply("Sum", ParDo.of(new SumFn()))
        .apply(
            Tally.withTimestamps(
                (sum, timestamp) -> Numbers.digest(sum.getKey(), sum.getValue(), timestamp)));
  }

  /** A key in a window. */
  private record Cell(long key, long window) {}

  @Override
  public Outcome expected() {
    Map<Cell, Long> sums = new HashMap<>();
    for (long number = 0; number < size(); number++) {
      Cell cell = new Cell(sizes.key(number), time(number, size()) / WINDOW_MILLIS);
      sums.merge(cell, number, Long::sum);
    }
    Outcome outcome = Outcome.EMPTY;
    for (Map.Entry<Cell, Long> sum : sums.entrySet()) {
      long maxTimestamp = (sum.getKey().window() + 1) * WINDOW_MILLIS - 1;
      long digest = Numbers.digest(sum.getKey().key(), sum.getValue(), maxTimestamp);
      outcome = outcome.plus(Outcome.of(digest));
    }
    return outcome;
  }

  @Override
  public Outcome runPlain(int threads) {
    return Exchange.run(size(), threads, () -> new Worker(sizes));
  }

  /** Keeps a sum per key and window. */
  private static final class Worker extends HandWorker {
    private static final long WINDOWS = SPAN_MILLIS / WINDOW_MILLIS;

    private final LongIndex cells = new LongIndex();
    private long[] sums = new long[1 << 10];
    private final Sizes sizes;

    Worker(Sizes sizes) {
      this.sizes = sizes;
    }

    @Override
    void generate(long number) {
      send(sizes.key(number), number, time(number, sizes.records()));
    }

    @Override
    void receive(long key, long value, long time, Object payload) {
      int cell = cells.add(key * WINDOWS + time / WINDOW_MILLIS);
      if (cell == sums.length) {
        sums = Arrays.copyOf(sums, 2 * cell);
      }
      sums[cell] += value;
    }

    @Override
    Outcome finish() {
      long checksum = 0;
      for (int cell = 0; cell < cells.size(); cell++) {
        long key = cells.key(cell) / WINDOWS;
        long end = (cells.key(cell) % WINDOWS + 1) * WINDOW_MILLIS - 1;
        checksum += Numbers.digest(key, sums[cell], end);
      }
      return new Outcome(cells.size(), checksum);
    }
  }

  static final class KeyFn extends DoFn<Long, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private final Sizes sizes;

    KeyFn(Sizes sizes) {
      this.sizes = sizes;
    }

    @ProcessElement
    public void process(@Element Long number, OutputReceiver<KV<Long, Long>> out) {
      out.outputWithTimestamp(
          KV.of(sizes.key(number), number), Instant.ofEpochMilli(time(number, sizes.records())));
    }
  }

  /** The stateful function; not private, as its timer method is called by its annotation only. */
  static final class SumFn extends DoFn<KV<Long, Long>, KV<Long, Long>> {
    private static final long serialVersionUID = 1L;
    private static final String SUM = "sum";
    private static final String END = "end";

    @StateId(SUM)
    private final StateSpec<ValueState<Long>> sumSpec = StateSpecs.value(VarLongCoder.of());

    @TimerId(END)
    private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

    @ProcessElement
    public void process(
        @Element KV<Long, Long> record,
        BoundedWindow window,
        @StateId(SUM) ValueState<Long> sum,
        @TimerId(END) Timer end) {
      Long before = sum.read();
      sum.write(before == null ? record.getValue() : before + record.getValue());
      end.set(window.maxTimestamp());
    }

    @OnTimer(END)
    public void end(
        @Key Long key, @StateId(SUM) ValueState<Long> sum, OutputReceiver<KV<Long, Long>> out) {
      out.output(KV.of(key, sum.read()));
      sum.clear();
    }
  }
}
