package dev.microbatch.runner.differential;

import dev.microbatch.runner.differential.ElementSteps.Fn;
import dev.microbatch.runner.differential.ElementSteps.OneParDo;
import dev.microbatch.runner.differential.Traits.Panes;
import dev.microbatch.runner.differential.Traits.Windows;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.CombiningState;
import org.apache.beam.sdk.state.MapState;
import org.apache.beam.sdk.state.MultimapState;
import org.apache.beam.sdk.state.SetState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerMap;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.joda.time.Instant;

/** Steps with keyed state and timers. */
@SuppressWarnings("unused") // Beam finds methods and fields by their annotations
final class StateSteps {

  private StateSteps() {}

  /** A DoFn with state or timers, which Beam allows only where windows do not merge. */
  interface Stateful extends OneParDo {
    @Override
    default Traits traits(List<Traits> inputs) {
      Windows windows = inputs.get(0).windows();
      return windows == Windows.SESSIONS || windows == Windows.MERGED
          ? null
          : inputs.get(0).withPanes(panes(inputs.get(0).panes())).atEndOfWindow();
    }

    /** How much of the panes of its output is determined. */
    Panes panes(Panes input);
  }

  /** Counts and sums the values of a key, and emits both at the end of the window. */
  record SumAtEnd() implements Stateful {
    @Override
    public Panes panes(Panes input) {
      return Panes.ALL;
    }

    @Override
    public Fn fn() {
      return new SumFn();
    }

    private static final class SumFn extends Fn {
      private static final long serialVersionUID = 1L;

      @StateId("count")
      private final StateSpec<ValueState<Long>> countSpec = StateSpecs.value(VarLongCoder.of());

      @StateId("sum")
      private final StateSpec<CombiningState<Long, long[], Long>> sumSpec =
          StateSpecs.combining(Sum.ofLongs());

      @StateId("values")
      private final StateSpec<BagState<Long>> valuesSpec = StateSpecs.bag(VarLongCoder.of());

      @TimerId("end")
      private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

      @ProcessElement
      public void process(
          @Element KV<String, Long> in,
          BoundedWindow window,
          @StateId("count") ValueState<Long> count,
          @StateId("sum") CombiningState<Long, long[], Long> sum,
          @StateId("values") BagState<Long> values,
          @TimerId("end") Timer end) {
        Long before = count.read();
        count.write(before == null ? 1 : before + 1);
        sum.add(in.getValue());
        values.add(in.getValue());
        end.set(window.maxTimestamp());
      }

      @OnTimer("end")
      public void end(
          @Key String key,
          @StateId("count") ValueState<Long> count,
          @StateId("sum") CombiningState<Long, long[], Long> sum,
          @StateId("values") BagState<Long> values,
          OutputReceiver<KV<String, Long>> out) {
        long result = Numbers.mix(Numbers.mix(count.read(), sum.read()), 1);
        out.output(KV.of(key, Numbers.mix(result, Numbers.fold(values.read()))));
        values.clear();
      }
    }
  }

  /** Emits each value of a key and window once, at the end of the window. */
  record FirstOfEach() implements Stateful {
    @Override
    public Panes panes(Panes input) {
      return Panes.NOTHING;
    }

    @Override
    public Fn fn() {
      return new FirstFn();
    }

    private static final class FirstFn extends Fn {
      private static final long serialVersionUID = 1L;

      @StateId("seen")
      private final StateSpec<SetState<Long>> seenSpec = StateSpecs.set(VarLongCoder.of());

      @ProcessElement
      public void process(
          @Element KV<String, Long> in,
          BoundedWindow window,
          @StateId("seen") SetState<Long> seen,
          OutputReceiver<KV<String, Long>> out) {
        if (seen.addIfAbsent(in.getValue()).read()) {
          out.outputWithTimestamp(in, window.maxTimestamp());
        }
      }
    }
  }

  /**
   * Keeps the values of a key in a set, a map and a multimap, and tells at the end of the window
   * how often each came.
   */
  record Tally(KeyForm form) implements Stateful {
    @Override
    public Panes panes(Panes input) {
      return Panes.ALL;
    }

    @Override
    public Fn fn() {
      return new TallyFn<>(form.coding());
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      PCollection<KV<String, Long>> input = inputs.get(0);
      return input.apply(ParDo.of(new Tally(form.in(input.getPipeline())).fn()));
    }

    private static final class TallyFn<K> extends Fn {
      private static final long serialVersionUID = 1L;
      private final KeyCoding<K> coding;

      @StateId("seen")
      private final StateSpec<SetState<K>> seenSpec;

      @StateId("counts")
      private final StateSpec<MapState<K, Long>> countsSpec;

      @StateId("values")
      private final StateSpec<MultimapState<K, Long>> valuesSpec;

      @TimerId("end")
      private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

      TallyFn(KeyCoding<K> coding) {
        this.coding = coding;
        this.seenSpec = StateSpecs.set(coding.coder());
        this.countsSpec = StateSpecs.map(coding.coder(), VarLongCoder.of());
        this.valuesSpec = StateSpecs.multimap(coding.coder(), VarLongCoder.of());
      }

      @ProcessElement
      public void process(
          @Element KV<String, Long> in,
          BoundedWindow window,
          @StateId("seen") SetState<K> seen,
          @StateId("counts") MapState<K, Long> counts,
          @StateId("values") MultimapState<K, Long> values,
          @TimerId("end") Timer end) {
        String text = coding.normal("k" + Math.floorMod(in.getValue(), 4));
        long before = counts.getOrDefault(coding.to().apply(text), 0L).read();
        counts.put(coding.to().apply(text), before + 1);
        values.put(coding.to().apply(text), in.getValue());
        if (seen.addIfAbsent(coding.to().apply(text)).read() != (before == 0)) {
          throw new IllegalStateException("set and map do not agree about " + text);
        }
        end.set(window.maxTimestamp());
      }

      @OnTimer("end")
      public void end(
          @Key String key,
          @StateId("seen") SetState<K> seen,
          @StateId("counts") MapState<K, Long> counts,
          @StateId("values") MultimapState<K, Long> values,
          OutputReceiver<KV<String, Long>> out) {
        List<Long> all = new ArrayList<>();
        for (K each : seen.read()) {
          long hash = coding.from().apply(each).hashCode() % 1000;
          long count = counts.get(each).read();
          all.add(Numbers.mix(Numbers.mix(hash, count), Numbers.fold(values.get(each).read())));
        }
        out.output(KV.of(key, Numbers.fold(all)));
      }
    }
  }

  /** Puts into each value how many records of its key were earlier. */
  record Rank() implements Stateful {
    @Override
    public Panes panes(Panes input) {
      return input;
    }

    @Override
    public Fn fn() {
      return new RankFn();
    }

    private static final class RankFn extends Fn {
      private static final long serialVersionUID = 1L;

      @StateId("count")
      private final StateSpec<ValueState<Long>> countSpec = StateSpecs.value(VarLongCoder.of());

      @StateId("time")
      private final StateSpec<ValueState<Long>> timeSpec = StateSpecs.value(VarLongCoder.of());

      @StateId("rank")
      private final StateSpec<ValueState<Long>> rankSpec = StateSpecs.value(VarLongCoder.of());

      @ProcessElement
      @RequiresTimeSortedInput
      public void process(
          @Element KV<String, Long> in,
          @Timestamp Instant timestamp,
          @StateId("count") ValueState<Long> count,
          @StateId("time") ValueState<Long> time,
          @StateId("rank") ValueState<Long> rank,
          OutputReceiver<KV<String, Long>> out) {
        long before = count.read() == null ? 0 : count.read();
        if (time.read() == null || time.read() != timestamp.getMillis()) {
          rank.write(before);
          time.write(timestamp.getMillis());
        }
        count.write(before + 1);
        out.output(KV.of(in.getKey(), Numbers.mix(in.getValue(), rank.read())));
      }
    }
  }

  /** Counts the records of a key, and emits the number when the window has expired. */
  record CountAtExpiration() implements Stateful {
    @Override
    public Panes panes(Panes input) {
      return Panes.ALL;
    }

    @Override
    public Fn fn() {
      return new CountFn();
    }

    private static final class CountFn extends Fn {
      private static final long serialVersionUID = 1L;

      @StateId("count")
      private final StateSpec<ValueState<Long>> countSpec = StateSpecs.value(VarLongCoder.of());

      @ProcessElement
      public void process(@StateId("count") ValueState<Long> count) {
        Long before = count.read();
        count.write(before == null ? 1 : before + 1);
      }

      @OnWindowExpiration
      public void expire(
          @Key String key,
          @StateId("count") ValueState<Long> count,
          OutputReceiver<KV<String, Long>> out) {
        out.output(KV.of(key, count.read()));
      }
    }
  }

  /** Sets a timer for each timestamp that comes, and emits when it fires. */
  record TimerPerTime(long after) implements Stateful {
    @Override
    public Panes panes(Panes input) {
      return Panes.ALL;
    }

    @Override
    public Fn fn() {
      return new TimerFn(after);
    }

    private static final class TimerFn extends Fn {
      private static final long serialVersionUID = 1L;
      private final long after;

      @TimerFamily("times")
      private final TimerSpec timesSpec = TimerSpecs.timerMap(TimeDomain.EVENT_TIME);

      TimerFn(long after) {
        this.after = after;
      }

      @ProcessElement
      public void process(
          @Timestamp Instant timestamp,
          BoundedWindow window,
          @TimerFamily("times") TimerMap timers) {
        Instant at = timestamp.plus(after);
        timers.set(
            "t" + timestamp.getMillis(),
            at.isAfter(window.maxTimestamp()) ? window.maxTimestamp() : at);
      }

      @OnTimerFamily("times")
      public void fire(
          @Key String key,
          @TimerId String id,
          @Timestamp Instant timestamp,
          OutputReceiver<KV<String, Long>> out) {
        out.output(KV.of(key, Numbers.mix(id.hashCode(), timestamp.getMillis() % 1000)));
      }
    }
  }
}
