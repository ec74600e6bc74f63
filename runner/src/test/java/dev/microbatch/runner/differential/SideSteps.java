package dev.microbatch.runner.differential;

import dev.microbatch.runner.differential.ElementSteps.Fn;
import dev.microbatch.runner.differential.Traits.Windows;
import java.io.Serializable;
import java.util.List;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.MapElements;
import org.apache.beam.sdk.transforms.Max;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.SimpleFunction;
import org.apache.beam.sdk.transforms.Sum;
import org.apache.beam.sdk.transforms.Values;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.Wait;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionView;

/** Steps that need a second PCollection for the records of the first. */
final class SideSteps {

  private SideSteps() {}

  /** Whether a side input has determined contents in some windows. */
  private static boolean canBeSide(Traits side, Windowing windowing) {
    return windowing.traits().isOnce()
        && windowing.windows() != Windows.SESSIONS
        && side.in(windowing) != null;
  }

  /** Kinds of views. */
  enum Kind {
    SINGLETON,
    DEFAULT,
    LIST,
    ITERABLE,
    MAP,
    MULTIMAP
  }

  /**
   * Puts what a side input has into each value.
   *
   * @param form the keys of a map
   * @param windowing the windows of the side input
   * @param same whether the records are put into the same windows
   * @param seesWindow whether the DoFn asks for the window
   */
  record ReadSide(Kind kind, KeyForm form, Windowing windowing, boolean same, boolean seesWindow)
      implements Step {

    @Override
    public int inputs() {
      return 2;
    }

    @Override
    public Traits traits(List<Traits> inputs) {
      Traits main = inputs.get(0);
      if (!canBeSide(inputs.get(1), windowing)) {
        return null;
      }
      if (same) {
        return main.in(windowing);
      }
      // Beam does not say which window of the side input belongs to the global window.
      return main.windows() == Windows.GLOBAL && windowing.windows() != Windows.GLOBAL
          ? null
          : main.times(4);
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      PCollection<KV<String, Long>> side = inputs.get(1).apply("Side", windowing.window());
      PCollection<KV<String, Long>> main =
          same ? inputs.get(0).apply("Main", windowing.window()) : inputs.get(0);
      Seen<?> seen = see(side);
      Fn fn = seesWindow ? new WindowedSideFn(seen) : new SideFn(seen);
      return main.apply(ParDo.of(fn).withSideInputs(seen.view()));
    }

    private Seen<?> see(PCollection<KV<String, Long>> side) {
      PCollection<Long> values = side.apply(Values.create());
      return switch (kind) {
        case SINGLETON ->
            new Seen<>(values.apply(Sum.longsGlobally().asSingletonView()), (all, key) -> all);
        case DEFAULT ->
            new Seen<>(
                values
                    .apply(Max.longsGlobally().withoutDefaults())
                    .apply(View.<Long>asSingleton().withDefaultValue(-1L)),
                (all, key) -> all);
        case LIST -> new Seen<>(values.apply(View.<Long>asList()), (all, key) -> Numbers.fold(all));
        case ITERABLE ->
            new Seen<>(values.apply(View.<Long>asIterable()), (all, key) -> Numbers.fold(all));
        case MAP, MULTIMAP -> seeMap(side, form.in(side.getPipeline()).coding());
      };
    }

    private <K> Seen<?> seeMap(PCollection<KV<String, Long>> side, KeyCoding<K> coding) {
      KvCoder<K, Long> coder = KvCoder.of(coding.coder(), VarLongCoder.of());
      PCollection<KV<String, Long>> normal =
          side.apply(MapElements.via(new NormalFn(coding))).setCoder(side.getCoder());
      if (kind == Kind.MAP) {
        return new Seen<>(
            normal
                .apply(Sum.longsPerKey())
                .apply(MapElements.via(new KeyFn<>(coding)))
                .setCoder(coder)
                .apply(View.asMap()),
            (all, key) -> Numbers.mix(all.size(), all.getOrDefault(coding.to().apply(key), -1L)));
      }
      return new Seen<>(
          normal
              .apply(MapElements.via(new KeyFn<>(coding)))
              .setCoder(coder)
              .apply(View.asMultimap()),
          (all, key) ->
              Numbers.mix(
                  all.size(), Numbers.fold(all.getOrDefault(coding.to().apply(key), List.of()))));
    }
  }

  private static final class NormalFn extends SimpleFunction<KV<String, Long>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
    private final KeyCoding<?> coding;

    NormalFn(KeyCoding<?> coding) {
      this.coding = coding;
    }

    @Override
    public KV<String, Long> apply(KV<String, Long> in) {
      return KV.of(coding.normal(in.getKey()), in.getValue());
    }
  }

  private static final class KeyFn<K> extends SimpleFunction<KV<String, Long>, KV<K, Long>> {
    private static final long serialVersionUID = 1L;
    private final KeyCoding<K> coding;

    KeyFn(KeyCoding<K> coding) {
      this.coding = coding;
    }

    @Override
    public KV<K, Long> apply(KV<String, Long> in) {
      return KV.of(coding.to().apply(in.getKey()), in.getValue());
    }
  }

  /** A view, and how it is made one number for a key. */
  private record Seen<T>(PCollectionView<T> view, Reading<T> reading) implements Serializable {
    long read(DoFn<?, ?>.ProcessContext c, String key) {
      return reading.read(c.sideInput(view), key);
    }
  }

  /** Makes one number of what is seen in a view. */
  @FunctionalInterface
  private interface Reading<T> extends Serializable {
    long read(T contents, String key);
  }

  private static final class SideFn extends Fn {
    private static final long serialVersionUID = 1L;
    private final Seen<?> seen;

    SideFn(Seen<?> seen) {
      this.seen = seen;
    }

    @ProcessElement
    public void process(ProcessContext c) {
      String key = c.element().getKey();
      c.output(KV.of(key, Numbers.mix(c.element().getValue(), seen.read(c, key))));
    }
  }

  private static final class WindowedSideFn extends Fn {
    private static final long serialVersionUID = 1L;
    private final Seen<?> seen;

    WindowedSideFn(Seen<?> seen) {
      this.seen = seen;
    }

    @ProcessElement
    public void process(ProcessContext c, BoundedWindow window) {
      String key = c.element().getKey();
      long value = Numbers.mix(c.element().getValue(), window.maxTimestamp().getMillis() % 997);
      c.output(KV.of(key, Numbers.mix(value, seen.read(c, key))));
    }
  }

  /** Waits for another PCollection, in the same windows. */
  record WaitOn(Windowing windowing) implements Step {
    @Override
    public int inputs() {
      return 2;
    }

    @Override
    public Traits traits(List<Traits> inputs) {
      return canBeSide(inputs.get(1), windowing) ? inputs.get(0).in(windowing) : null;
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      return inputs
          .get(0)
          .apply("Main", windowing.window())
          .apply(Wait.on(inputs.get(1).apply("Signal", windowing.window())));
    }
  }
}
