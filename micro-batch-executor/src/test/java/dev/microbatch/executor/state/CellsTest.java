package dev.microbatch.executor.state;

import static dev.microbatch.executor.state.Stores.window;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.emptyIterable;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.Iterables;
import dev.microbatch.executor.block.LyingCoders.AnyCase;
import dev.microbatch.executor.block.LyingCoders.AnyCaseCoder;
import dev.microbatch.executor.block.LyingCoders.Unequal;
import dev.microbatch.executor.block.LyingCoders.UnequalCoder;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.StateInternals;
import org.apache.beam.runners.core.StateTag;
import org.apache.beam.runners.core.StateTags;
import org.apache.beam.sdk.coders.ByteArrayCoder;
import org.apache.beam.sdk.coders.ListCoder;
import org.apache.beam.sdk.coders.NullableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.state.BagState;
import org.apache.beam.sdk.state.CombiningState;
import org.apache.beam.sdk.state.MapState;
import org.apache.beam.sdk.state.MultimapState;
import org.apache.beam.sdk.state.OrderedListState;
import org.apache.beam.sdk.state.ReadableState;
import org.apache.beam.sdk.state.SetState;
import org.apache.beam.sdk.state.State;
import org.apache.beam.sdk.state.StateContext;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.CombineWithContext.CombineFnWithContext;
import org.apache.beam.sdk.transforms.CombineWithContext.Context;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TimestampedValue;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** Each kind of state, beyond what Beam's own tests ask. */
class CellsTest {
  private final StateInternals state = Stores.key(Stores.create(), "key").stateInternals();

  private <T extends State> T cell(StateTag<T> tag) {
    return state.state(window(0), tag);
  }

  @Test
  void nullIsAValue() {
    ValueState<Long> value = cell(StateTags.value("v", NullableCoder.of(VarLongCoder.of())));
    assertThat(value.read(), nullValue());
    value.write(null);
    assertThat(value.read(), nullValue());
    assertThat(((Cell<?>) value).vacant(), is(false));
    value.clear();
    assertThat(((Cell<?>) value).vacant(), is(true));
  }

  @Test
  void whatABagGaveDoesNotChange() {
    BagState<String> bag = cell(StateTags.bag("b", StringUtf8Coder.of()));
    bag.add("a");
    Iterable<String> one = bag.read();
    bag.add("b");
    bag.add("c");
    Iterator<String> running = bag.read().iterator();
    assertThat(running.next(), is("a"));
    bag.add("d");
    Iterable<String> four = bag.read();
    bag.clear();
    bag.add("z");
    assertThat(one, contains("a"));
    assertThat(four, contains("a", "b", "c", "d"));
    assertThat(running.next() + running.next() + running.hasNext(), is("bcfalse"));
    assertThat(bag.read(), contains("z"));
  }

  @Test
  void whatABagGaveCannotBeModified() {
    BagState<String> bag = cell(StateTags.bag("b", StringUtf8Coder.of()));
    bag.add("a");
    Iterator<String> elements = bag.read().iterator();
    elements.next();
    assertThrows(UnsupportedOperationException.class, elements::remove);
  }

  @Test
  void whatMapsAndSetsGaveDoesNotChange() {
    MapState<String, Long> map = cell(StateTags.map("m", StringUtf8Coder.of(), VarLongCoder.of()));
    map.put("a", 1L);
    Iterable<Map.Entry<String, Long>> entries = map.entries().read();
    Iterable<String> keys = map.keys().read();
    SetState<String> set = cell(StateTags.set("s", StringUtf8Coder.of()));
    set.add("a");
    Iterable<String> elements = set.read();
    map.put("b", 2L);
    map.put("a", 9L);
    set.add("b");
    assertThat(entries, contains(Map.entry("a", 1L)));
    assertThat(keys, contains("a"));
    assertThat(elements, contains("a"));
  }

  @Test
  void aMapReadsWhenItIsAsked() {
    MapState<String, Long> map = cell(StateTags.map("m", StringUtf8Coder.of(), VarLongCoder.of()));
    ReadableState<Long> later = map.getOrDefault("a", 7L);
    assertThat(later.read(), is(7L));
    map.put("a", 1L);
    assertThat(later.read(), is(1L));
    assertThat(map.computeIfAbsent("a", k -> 5L).read(), is(1L));
    assertThat("absent before", map.computeIfAbsent("b", k -> 5L).read(), nullValue());
    assertThat(map.get("b").read(), is(5L));
  }

  @Test
  void keysOfMapsAndSetsAreComparedByTheirEncodedForm() {
    MapState<byte[], Long> map = cell(StateTags.map("m", ByteArrayCoder.of(), VarLongCoder.of()));
    map.put(new byte[] {1}, 1L);
    map.put(new byte[] {1}, 2L);
    assertThat(map.get(new byte[] {1}).read(), is(2L));
    assertThat(Iterables.size(map.keys().read()), is(1));
    SetState<byte[]> set = cell(StateTags.set("s", ByteArrayCoder.of()));
    set.add(new byte[] {1});
    assertThat(set.addIfAbsent(new byte[] {1}).read(), is(false));
    set.remove(new byte[] {1});
    assertThat(set.isEmpty().read(), is(true));
  }

  @Test
  void keysWithTheSameBytesAreOneWhateverTheyThinkOfEachOther() {
    MapState<Unequal, Long> map = cell(StateTags.map("m", new UnequalCoder(), VarLongCoder.of()));
    map.put(Unequal.of("a"), 1L);
    map.put(Unequal.of("a"), 2L);
    assertThat(map.get(Unequal.of("a")).read(), is(2L));
    assertThat(Iterables.size(map.keys().read()), is(1));
    map.remove(Unequal.of("a"));
    assertThat(map.isEmpty().read(), is(true));
    MultimapState<Unequal, Long> multimap =
        cell(StateTags.multimap("mm", new UnequalCoder(), VarLongCoder.of()));
    multimap.put(Unequal.of("a"), 1L);
    multimap.put(Unequal.of("a"), 2L);
    assertThat(multimap.get(Unequal.of("a")).read(), contains(1L, 2L));
    SetState<Unequal> set = cell(StateTags.set("s", new UnequalCoder()));
    assertThat(set.addIfAbsent(Unequal.of("a")).read(), is(true));
    assertThat(set.addIfAbsent(Unequal.of("a")).read(), is(false));
  }

  @Test
  void keysWithOtherBytesAreOthersWhateverTheyThinkOfEachOther() {
    MapState<AnyCase, Long> map = cell(StateTags.map("m", new AnyCaseCoder(), VarLongCoder.of()));
    map.put(new AnyCase("a"), 1L);
    map.put(new AnyCase("A"), 2L);
    assertThat(map.get(new AnyCase("a")).read(), is(1L));
    MultimapState<AnyCase, Long> multimap =
        cell(StateTags.multimap("mm", new AnyCaseCoder(), VarLongCoder.of()));
    multimap.put(new AnyCase("a"), 1L);
    multimap.put(new AnyCase("A"), 2L);
    assertThat(multimap.get(new AnyCase("a")).read(), contains(1L));
    SetState<AnyCase> set = cell(StateTags.set("s", new AnyCaseCoder()));
    set.add(new AnyCase("a"));
    assertThat(set.contains(new AnyCase("A")).read(), is(false));
  }

  @Test
  void anArrayThatAUserFillsAgainDoesNotChangeWhatIsFound() {
    SetState<byte[]> set = cell(StateTags.set("s", ByteArrayCoder.of()));
    byte[] buffer = {1};
    set.add(buffer);
    buffer[0] = 2;
    assertThat(set.contains(new byte[] {1}).read(), is(true));
    assertThat(set.contains(buffer).read(), is(false));
  }

  @Test
  void aMultimapKeepsItsValuesInOrder() {
    MultimapState<String, Long> map =
        cell(StateTags.multimap("m", StringUtf8Coder.of(), VarLongCoder.of()));
    map.put("a", 1L);
    map.put("b", 2L);
    map.put("a", 1L);
    Iterable<Long> ones = map.get("a").read();
    map.put("a", 3L);
    assertThat(ones, contains(1L, 1L));
    assertThat(map.get("a").read(), contains(1L, 1L, 3L));
    assertThat(map.keys().read(), contains("a", "b"));
    assertThat(
        map.entries().read(),
        contains(Map.entry("a", 1L), Map.entry("a", 1L), Map.entry("a", 3L), Map.entry("b", 2L)));
    map.remove("a");
    assertThat(map.containsKey("a").read(), is(false));
    assertThat(map.get("a").read(), emptyIterable());
  }

  @Test
  void anOrderedListIsOrderedByTime() {
    OrderedListState<String> list = cell(StateTags.orderedList("l", StringUtf8Coder.of()));
    list.add(at("c", 3));
    list.add(at("a", 1));
    list.add(at("b1", 2));
    list.add(at("b2", 2));
    Iterable<TimestampedValue<String>> all = list.read();
    assertThat(
        list.readRange(Instant.ofEpochMilli(2), Instant.ofEpochMilli(3)),
        contains(at("b1", 2), at("b2", 2)));
    list.clearRange(Instant.ofEpochMilli(1), Instant.ofEpochMilli(3));
    assertThat(list.read(), contains(at("c", 3)));
    assertThat(all, contains(at("a", 1), at("b1", 2), at("b2", 2), at("c", 3)));
  }

  private static TimestampedValue<String> at(String value, long timestamp) {
    return TimestampedValue.of(value, Instant.ofEpochMilli(timestamp));
  }

  @Test
  void anAccumulatorThatWentOutIsNotTheOneThatStays() {
    CombiningState<String, List<String>, List<String>> cell =
        cell(StateTags.combiningValue("c", ListCoder.of(StringUtf8Coder.of()), new Gathering()));
    cell.add("a");
    List<String> accumulator = cell.getAccum();
    accumulator.add("mutated");
    List<String> output = cell.read();
    assertThat(output, contains("a", "extracted"));
    output.add("mutated");
    assertThat("extracting mutates a copy", cell.read(), contains("a", "extracted"));
    cell.add("b");
    assertThat(cell.getAccum(), contains("a", "b"));
  }

  @Test
  void anAccumulatorThatCameInIsNotTheOneThatStays() {
    CombiningState<String, List<String>, List<String>> cell =
        cell(StateTags.combiningValue("c", ListCoder.of(StringUtf8Coder.of()), new Gathering()));
    List<String> mine = new ArrayList<>(List.of("a"));
    cell.addAccum(mine);
    mine.add("mutated");
    cell.addAccum(mine);
    mine.add("mutated");
    assertThat(cell.getAccum(), contains("a", "a", "mutated"));
    cell.clear();
    assertThat(cell.getAccum(), emptyIterable());
    assertThat(cell.isEmpty().read(), is(true));
  }

  @Test
  void aCombineFnWithContextSeesTheContextOfTheAccess() {
    StateTag<CombiningState<Long, Long, Long>> tag =
        StateTags.combiningValueWithContext("c", VarLongCoder.of(), new TimesWindow());
    state.state(window(0), tag, context(2)).add(10L);
    state.state(window(0), tag, context(3)).add(10L);
    assertThat(state.state(window(0), tag, context(0)).read(), is(50L));
  }

  private static StateContext<IntervalWindow> context(long start) {
    return new StateContext<>() {
      @Override
      public PipelineOptions getPipelineOptions() {
        throw new UnsupportedOperationException();
      }

      @Override
      @SuppressWarnings("unchecked")
      public <T> T sideInput(PCollectionView<T> view) {
        return (T) (Long) start;
      }

      @Override
      public IntervalWindow window() {
        return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(start + 1));
      }
    };
  }

  /** Mutates and returns whatever it is given. */
  private static final class Gathering extends CombineFn<String, List<String>, List<String>> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<String> createAccumulator() {
      return new ArrayList<>();
    }

    @Override
    public List<String> addInput(List<String> accumulator, String input) {
      accumulator.add(input);
      return accumulator;
    }

    @Override
    public List<String> mergeAccumulators(Iterable<List<String>> accumulators) {
      Iterator<List<String>> all = accumulators.iterator();
      List<String> first = all.hasNext() ? all.next() : new ArrayList<>();
      all.forEachRemaining(first::addAll);
      return first;
    }

    @Override
    public List<String> extractOutput(List<String> accumulator) {
      accumulator.add("extracted");
      return accumulator;
    }
  }

  /** Sums inputs times a side input. */
  private static final class TimesWindow extends CombineFnWithContext<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Long createAccumulator(Context c) {
      return 0L;
    }

    @Override
    public Long addInput(Long accumulator, Long input, Context c) {
      return accumulator + input * c.<Long>sideInput(null);
    }

    @Override
    public Long mergeAccumulators(Iterable<Long> accumulators, Context c) {
      long sum = 0;
      for (Long accumulator : accumulators) {
        sum += accumulator;
      }
      return sum;
    }

    @Override
    public Long extractOutput(Long accumulator, Context c) {
      return accumulator;
    }
  }
}
