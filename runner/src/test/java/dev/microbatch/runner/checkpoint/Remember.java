package dev.microbatch.runner.checkpoint;

import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.CombiningState;
import org.apache.beam.sdk.state.MapState;
import org.apache.beam.sdk.state.MultimapState;
import org.apache.beam.sdk.state.OrderedListState;
import org.apache.beam.sdk.state.SetState;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerMap;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Duration;
import org.joda.time.Instant;

/** Keeps numbers in every kind of state, and tells what it knows when its timers fire. */
@SuppressWarnings({"serial", "unused"}) // Beam calls what it finds by annotation
final class Remember extends DoFn<KV<String, Long>, String> {

  @StateId("count")
  private final StateSpec<ValueState<Long>> countSpec = StateSpecs.value(VarLongCoder.of());

  @StateId("recent")
  private final StateSpec<BagState<Long>> recentSpec = StateSpecs.bag(VarLongCoder.of());

  @StateId("residues")
  private final StateSpec<SetState<Long>> residuesSpec = StateSpecs.set(VarLongCoder.of());

  @StateId("last")
  private final StateSpec<MapState<Long, Long>> lastSpec =
      StateSpecs.map(VarLongCoder.of(), VarLongCoder.of());

  @StateId("all")
  private final StateSpec<MultimapState<Long, Long>> allSpec =
      StateSpecs.multimap(VarLongCoder.of(), VarLongCoder.of());

  @StateId("ordered")
  private final StateSpec<OrderedListState<Long>> orderedSpec =
      StateSpecs.orderedList(VarLongCoder.of());

  @StateId("sum")
  private final StateSpec<CombiningState<Long, long[], Long>> sumSpec =
      StateSpecs.combining(Sum.ofLongs());

  @TimerId("second")
  private final TimerSpec secondSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

  @TimerFamily("numbers")
  private final TimerSpec numbersSpec = TimerSpecs.timerMap(TimeDomain.EVENT_TIME);

  @ProcessElement
  public void process(
      @Element KV<String, Long> in,
      @Timestamp Instant at,
      @StateId("count") ValueState<Long> count,
      @StateId("recent") BagState<Long> recent,
      @StateId("residues") SetState<Long> residues,
      @StateId("last") MapState<Long, Long> greatest,
      @StateId("all") MultimapState<Long, Long> all,
      @StateId("ordered") OrderedListState<Long> ordered,
      @StateId("sum") CombiningState<Long, long[], Long> sum,
      @TimerId("second") Timer second,
      @TimerFamily("numbers") TimerMap numbers) {
    long number = in.getValue();
    Long before = count.read();
    count.write(before == null ? 1 : before + 1);
    recent.add(number);
    residues.add(number % 7);
    long newest = newest(greatest);
    Long last = greatest.get(number % 3).read();
    greatest.put(number % 3, last == null ? number : Math.max(last, number));
    all.put(number % 2, number);
    ordered.add(TimestampedValue.of(number, at));
    sum.add(number);
    if (number > newest) { // whatever the order in which splits arrive
      second.set(new Instant(at.getMillis() / 1_000 * 1_000 + 5_000));
    }
    if (number % 10 == 0) {
      numbers.set("number " + number, at.plus(Duration.standardSeconds(8)));
    }
  }

  @OnTimer("second")
  public void second(
      @Key String key,
      @Timestamp Instant at,
      @StateId("count") ValueState<Long> count,
      @StateId("recent") BagState<Long> recent,
      @StateId("residues") SetState<Long> residues,
      @StateId("last") MapState<Long, Long> greatest,
      @StateId("all") MultimapState<Long, Long> all,
      @StateId("ordered") OrderedListState<Long> ordered,
      @StateId("sum") CombiningState<Long, long[], Long> sum,
      OutputReceiver<String> out) {
    TreeMap<Long, Long> lasts = new TreeMap<>();
    greatest.entries().read().forEach(entry -> lasts.put(entry.getKey(), entry.getValue()));
    Set<String> inOrder = new TreeSet<>();
    ordered.read().forEach(entry -> inOrder.add(entry.getTimestamp() + "=" + entry.getValue()));
    out.output(
        String.join(
            " ",
            key,
            at.toString(),
            "count " + count.read(),
            "recent " + sorted(recent.read()),
            "residues " + sorted(residues.read()),
            "last " + lasts,
            "even " + sorted(all.get(0L).read()),
            "ordered " + inOrder,
            "sum " + sum.read()));
    recent.clear();
    ordered.clear();
    all.remove(0L);
  }

  @OnTimerFamily("numbers")
  public void number(
      @Key String key, @TimerId String id, @Timestamp Instant at, OutputReceiver<String> out) {
    out.output(key + " " + at + " " + id);
  }

  private static long newest(MapState<Long, Long> greatest) {
    long newest = -1;
    for (long number : greatest.values().read()) {
      newest = Math.max(newest, number);
    }
    return newest;
  }

  private static Set<Long> sorted(Iterable<Long> numbers) {
    TreeSet<Long> sorted = new TreeSet<>();
    numbers.forEach(sorted::add);
    return sorted;
  }
}
