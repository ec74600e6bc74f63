package dev.microbatch.runner.differential;

import dev.microbatch.runner.differential.ElementSteps.Fn;
import dev.microbatch.runner.differential.Traits.Check;
import dev.microbatch.runner.differential.Traits.Firing;
import dev.microbatch.runner.differential.Traits.Panes;
import dev.microbatch.runner.differential.Traits.Windows;
import java.util.List;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.Distinct;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.GroupByKey;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.Values;
import org.apache.beam.sdk.transforms.WithKeys;
import org.apache.beam.sdk.transforms.join.CoGbkResult;
import org.apache.beam.sdk.transforms.join.CoGroupByKey;
import org.apache.beam.sdk.transforms.join.KeyedPCollectionTuple;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.TupleTag;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Steps that bring records together. */
final class GroupSteps {

  private GroupSteps() {}

  /** What is determined of the results of a combiner, or null. */
  private static @Nullable Traits combined(Traits input, Combiner combiner, int fanout) {
    // The parts of a session close one by one, and then it is no longer one session.
    return fanout > 1 && input.windows() == Windows.SESSIONS
        ? null
        : panes(input, combiner.addsUp());
  }

  /** What is determined of the panes of a grouping that gives one record per pane, or null. */
  private static @Nullable Traits panes(Traits input, boolean addsUp) {
    boolean sessions = input.windows() == Windows.SESSIONS;
    Firing firing = input.firing();
    if (firing.isOnce()) {
      return input.grouped();
    }
    Traits output = input.grouped().withPanes(Panes.NOTHING);
    if (!firing.accumulating()) {
      return addsUp ? output.withCheck(sessions ? Check.SUMS_OF_KEYS : Check.SUMS) : null;
    }
    if (firing.kind() == Firing.Kind.EARLY) {
      return output;
    }
    return sessions ? null : output.withCheck(Check.LAST_PANES);
  }

  /** Passes on only those panes that are determined, if the others are not compared. */
  private static PCollection<KV<String, Long>> keep(PCollection<KV<String, Long>> panes) {
    return Firings.isEarly(panes) && Firings.isAccumulating(panes)
        ? panes.apply(ParDo.of(new OnTimeFn()))
        : panes;
  }

  private static final class OnTimeFn extends Fn {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(ProcessContext c) {
      if (c.pane().getTiming() == PaneInfo.Timing.ON_TIME) {
        c.output(c.element());
      }
    }
  }

  /** Groups by key. What is gathered becomes one number, unless panes depend on bundles. */
  record Group(KeyForm form) implements Step {

    @Override
    public Traits traits(List<Traits> inputs) {
      Traits input = inputs.get(0);
      if (input.firing().isOnce() || input.firing().accumulating()) {
        return panes(input, false);
      }
      Traits output = input.grouped().withPanes(Panes.NOTHING);
      return input.windows() == Windows.SESSIONS ? output.withCheck(Check.VALUES) : output;
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      PCollection<KV<String, Long>> input = inputs.get(0);
      boolean apart = !Firings.isOnce(input) && !Firings.isAccumulating(input);
      return keep(form.group(input, new Gathering(apart)));
    }

    private record Gathering(boolean apart) implements KeyForm.Grouping {
      @Override
      public <K> PCollection<KV<K, Long>> apply(PCollection<KV<K, Long>> input) {
        return input
            .apply(GroupByKey.create())
            .apply(ParDo.of(new GatheredFn<K>(apart)))
            .setCoder(input.getCoder());
      }
    }

    private static final class GatheredFn<K> extends DoFn<KV<K, Iterable<Long>>, KV<K, Long>> {
      private static final long serialVersionUID = 1L;
      private final boolean apart;

      GatheredFn(boolean apart) {
        this.apart = apart;
      }

      @ProcessElement
      public void process(ProcessContext c) {
        K key = c.element().getKey();
        if (apart) {
          c.element().getValue().forEach(value -> c.output(KV.of(key, value)));
        } else {
          c.output(KV.of(key, Numbers.fold(c.element().getValue())));
        }
      }
    }
  }

  /**
   * Combines by key.
   *
   * @param fanout over how many keys each key is spread first, if more than 1
   */
  record CombineByKey(KeyForm form, Combiner combiner, int fanout) implements Step {
    @Override
    public Traits traits(List<Traits> inputs) {
      return combined(inputs.get(0), combiner, fanout);
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      return keep(form.group(inputs.get(0), new Combining(combiner, fanout)));
    }

    private record Combining(Combiner combiner, int fanout) implements KeyForm.Grouping {
      @Override
      public <K> PCollection<KV<K, Long>> apply(PCollection<KV<K, Long>> input) {
        Combine.PerKey<K, Long, Long> combine = Combine.perKey(combiner.fn());
        PCollection<KV<K, Long>> combined =
            fanout > 1 ? input.apply(combine.withHotKeyFanout(fanout)) : input.apply(combine);
        return combined.setCoder(input.getCoder());
      }
    }
  }

  /**
   * Combines all records.
   *
   * @param fanout over how many keys they are spread first, if more than 1
   */
  record CombineAll(Combiner combiner, int fanout) implements Step {
    @Override
    public Traits traits(List<Traits> inputs) {
      return combined(inputs.get(0), combiner, fanout);
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      PCollection<KV<String, Long>> input = inputs.get(0);
      boolean defaults = Firings.isGlobal(input) && Firings.isOnce(input);
      Combine.Globally<Long, Long> combine = Combine.globally(combiner.fn());
      combine = defaults ? combine : combine.withoutDefaults();
      combine = fanout > 1 ? combine.withFanout(fanout) : combine;
      PCollection<Long> combined = input.apply(Values.create()).apply(combine);
      return keep(combined.apply(WithKeys.of("all")).setCoder(input.getCoder()));
    }
  }

  /** Drops duplicates. */
  record Unique(KeyForm form) implements Step {
    @Override
    public Traits traits(List<Traits> inputs) {
      Traits input = inputs.get(0);
      // Beam refuses sessions unless they have the default trigger and no lateness.
      return input.firing().isOnce() && input.windows() != Windows.SESSIONS
          ? input.grouped()
          : null;
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      return form.group(inputs.get(0), new Distinguishing());
    }

    private record Distinguishing() implements KeyForm.Grouping {
      @Override
      public <K> PCollection<KV<K, Long>> apply(PCollection<KV<K, Long>> input) {
        return input.apply(Distinct.create());
      }
    }
  }

  /** Joins two inputs by key, in the same windows. */
  record Join(Windowing windowing) implements Step {
    private static final TupleTag<Long> LEFT = new TupleTag<>("left");
    private static final TupleTag<Long> RIGHT = new TupleTag<>("right");

    @Override
    public int inputs() {
      return 2;
    }

    @Override
    public Traits traits(List<Traits> inputs) {
      Traits both = inputs.get(0).and(inputs.get(1)).in(windowing);
      return both != null && windowing.traits().isOnce() ? both.grouped() : null;
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      return KeyedPCollectionTuple.of(LEFT, inputs.get(0).apply("Left", windowing.window()))
          .and(RIGHT, inputs.get(1).apply("Right", windowing.window()))
          .apply(CoGroupByKey.create())
          .apply(ParDo.of(new JoinedFn()));
    }

    private static final class JoinedFn extends DoFn<KV<String, CoGbkResult>, KV<String, Long>> {
      private static final long serialVersionUID = 1L;

      @ProcessElement
      public void process(ProcessContext c) {
        CoGbkResult both = c.element().getValue();
        long left = Numbers.fold(both.getAll(LEFT));
        c.output(KV.of(c.element().getKey(), Numbers.mix(left, Numbers.fold(both.getAll(RIGHT)))));
      }
    }
  }

  /** Unites two inputs, in the same windows. */
  record Union(Windowing windowing) implements Step {
    @Override
    public int inputs() {
      return 2;
    }

    @Override
    public Traits traits(List<Traits> inputs) {
      return inputs.get(0).and(inputs.get(1)).in(windowing);
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      return PCollectionList.of(inputs.get(0).apply("First", windowing.window()))
          .and(inputs.get(1).apply("Second", windowing.window()))
          .apply(Flatten.pCollections());
    }
  }

  /** Unites the input with itself, once as it is and once changed. */
  record Twice() implements Step {
    @Override
    public Traits traits(List<Traits> inputs) {
      return inputs.get(0).times(3);
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      PCollection<KV<String, Long>> input = inputs.get(0);
      return PCollectionList.of(input)
          .and(input.apply(ParDo.of(new ElementSteps.MapValue(3).fn())))
          .and(input)
          .apply(Flatten.pCollections());
    }
  }
}
