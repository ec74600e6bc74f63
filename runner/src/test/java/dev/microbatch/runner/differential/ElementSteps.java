package dev.microbatch.runner.differential;

import dev.microbatch.runner.differential.Traits.Panes;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.Flatten;
import org.apache.beam.sdk.transforms.ParDo;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.PCollectionList;
import org.apache.beam.sdk.values.PCollectionTuple;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.TupleTagList;
import org.joda.time.Instant;

/** Steps that look at one record at a time. */
final class ElementSteps {

  private ElementSteps() {}

  /** A DoFn from records to records. */
  abstract static class Fn extends DoFn<KV<String, Long>, KV<String, Long>> {
    private static final long serialVersionUID = 1L;
  }

  /** One ParDo. */
  interface OneParDo extends Step {
    Fn fn();

    @Override
    default Traits traits(List<Traits> inputs) {
      return inputs.get(0);
    }

    @Override
    default PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      return inputs.get(0).apply(ParDo.of(fn()));
    }
  }

  /** Changes each value. */
  record MapValue(long by) implements OneParDo {
    @Override
    public Fn fn() {
      return new MapFn(by);
    }

    private static final class MapFn extends Fn {
      private static final long serialVersionUID = 1L;
      private final long by;

      MapFn(long by) {
        this.by = by;
      }

      @ProcessElement
      public void process(ProcessContext c) {
        c.output(KV.of(c.element().getKey(), Numbers.mix(c.element().getValue(), by)));
      }
    }
  }

  /** Gives each record one of some keys, by its value. */
  record Rekey(int keys) implements OneParDo {
    @Override
    public Fn fn() {
      return new RekeyFn(keys);
    }

    private static final class RekeyFn extends Fn {
      private static final long serialVersionUID = 1L;
      private final int keys;

      RekeyFn(int keys) {
        this.keys = keys;
      }

      @ProcessElement
      public void process(@Element KV<String, Long> in, OutputReceiver<KV<String, Long>> out) {
        out.output(KV.of("k" + Math.floorMod(in.getValue(), keys), in.getValue()));
      }
    }
  }

  /** Drops those whose value is divisible. */
  record Filter(int divisor) implements OneParDo {
    @Override
    public Fn fn() {
      return new FilterFn(divisor);
    }

    private static final class FilterFn extends Fn {
      private static final long serialVersionUID = 1L;
      private final int divisor;

      FilterFn(int divisor) {
        this.divisor = divisor;
      }

      @ProcessElement
      public void process(@Element KV<String, Long> in, OutputReceiver<KV<String, Long>> out) {
        if (in.getValue() % divisor != 0) {
          out.output(in);
        }
      }
    }
  }

  /** Makes none, one or several out of each, some of them later. */
  record FlatMap(int most) implements OneParDo {
    @Override
    public Traits traits(List<Traits> inputs) {
      return inputs.get(0).times(most);
    }

    @Override
    public Fn fn() {
      return new FlatMapFn(most);
    }

    private static final class FlatMapFn extends Fn {
      private static final long serialVersionUID = 1L;
      private final int most;

      FlatMapFn(int most) {
        this.most = most;
      }

      @ProcessElement
      public void process(ProcessContext c) {
        long copies = Math.floorMod(c.element().getValue(), most + 1);
        for (int i = 0; i < copies; i++) {
          c.output(KV.of(c.element().getKey(), Numbers.mix(c.element().getValue(), i)));
        }
      }
    }
  }

  /** Puts the window that a record is in into its value. */
  record SeeWindow() implements OneParDo {
    @Override
    public Fn fn() {
      return new SeeWindowFn();
    }

    private static final class SeeWindowFn extends Fn {
      private static final long serialVersionUID = 1L;

      @ProcessElement
      public void process(
          @Element KV<String, Long> in,
          @Timestamp Instant time,
          BoundedWindow window,
          OutputReceiver<KV<String, Long>> out) {
        long seen = Numbers.mix(in.getValue(), time.getMillis() % 1000);
        if (window instanceof IntervalWindow interval) {
          seen = Numbers.mix(seen, interval.start().getMillis());
          seen = Numbers.mix(seen, interval.end().getMillis());
        }
        out.output(KV.of(in.getKey(), seen));
      }
    }
  }

  /** Keeps the records of a bundle until its end. */
  record AtEndOfBundle() implements OneParDo {
    @Override
    public Traits traits(List<Traits> inputs) {
      return inputs.get(0).withPanes(Panes.ALL);
    }

    @Override
    public Fn fn() {
      return new BufferFn();
    }

    private static final class BufferFn extends Fn {
      private static final long serialVersionUID = 1L;
      private transient List<Kept> kept;

      private record Kept(KV<String, Long> value, Instant time, BoundedWindow window) {}

      @StartBundle
      public void start() {
        kept = new ArrayList<>();
      }

      @ProcessElement
      public void process(
          @Element KV<String, Long> in, @Timestamp Instant time, BoundedWindow window) {
        kept.add(new Kept(in, time, window));
      }

      @FinishBundle
      public void finish(FinishBundleContext c) {
        kept.forEach(each -> c.output(each.value(), each.time(), each.window()));
      }
    }
  }

  /** Sends the even ones to one output and the odd ones to another, and unites them again. */
  record Split() implements Step {
    private static final TupleTag<KV<String, Long>> EVEN = new TupleTag<>("even");
    private static final TupleTag<KV<String, Long>> ODD = new TupleTag<>("odd");

    @Override
    public Traits traits(List<Traits> inputs) {
      return inputs.get(0);
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      PCollectionTuple outputs =
          inputs.get(0).apply(ParDo.of(new SplitFn()).withOutputTags(EVEN, TupleTagList.of(ODD)));
      PCollection<KV<String, Long>> odd = outputs.get(ODD).setCoder(inputs.get(0).getCoder());
      return PCollectionList.of(outputs.get(EVEN).setCoder(inputs.get(0).getCoder()))
          .and(odd.apply("Odd", ParDo.of(new MapValue(7).fn())))
          .apply(Flatten.pCollections());
    }

    private static final class SplitFn extends Fn {
      private static final long serialVersionUID = 1L;

      @ProcessElement
      public void process(@Element KV<String, Long> in, MultiOutputReceiver out) {
        out.get(in.getValue() % 2 == 0 ? EVEN : ODD).output(in);
      }
    }
  }

  /** Counts up from each value, by a splittable DoFn. */
  record CountUp(int most) implements OneParDo {
    @Override
    public Traits traits(List<Traits> inputs) {
      return inputs.get(0).times(most);
    }

    @Override
    public Fn fn() {
      return new CountUpFn(most);
    }

    @DoFn.BoundedPerElement
    private static final class CountUpFn extends Fn {
      private static final long serialVersionUID = 1L;
      private final int most;

      CountUpFn(int most) {
        this.most = most;
      }

      @GetInitialRestriction
      public OffsetRange range(@Element KV<String, Long> in) {
        return new OffsetRange(0, Math.floorMod(in.getValue(), most + 1));
      }

      @ProcessElement
      public void process(
          @Element KV<String, Long> in,
          RestrictionTracker<OffsetRange, Long> tracker,
          OutputReceiver<KV<String, Long>> out) {
        for (long i = tracker.currentRestriction().getFrom(); tracker.tryClaim(i); i++) {
          out.output(KV.of(in.getKey(), in.getValue() + i));
        }
      }
    }
  }

  /** Moves each record ahead in time, and then into the windows where it belongs. */
  record Later(long by, Windowing windowing) implements Step {
    @Override
    public Traits traits(List<Traits> inputs) {
      return inputs.get(0).in(windowing);
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      return inputs.get(0).apply(ParDo.of(new LaterFn(by))).apply(windowing.window());
    }

    private static final class LaterFn extends Fn {
      private static final long serialVersionUID = 1L;
      private final long by;

      LaterFn(long by) {
        this.by = by;
      }

      @ProcessElement
      public void process(ProcessContext c) {
        Instant later = c.timestamp().plus(Math.floorMod(c.element().getValue(), by));
        Instant end = GlobalWindow.INSTANCE.maxTimestamp();
        c.outputWithTimestamp(c.element(), later.isAfter(end) ? c.timestamp() : later);
      }
    }
  }

  /** Puts records into other windows. */
  record Into(Windowing windowing) implements Step {
    @Override
    public Traits traits(List<Traits> inputs) {
      return inputs.get(0).in(windowing);
    }

    @Override
    public PCollection<KV<String, Long>> apply(List<PCollection<KV<String, Long>>> inputs) {
      return inputs.get(0).apply(windowing.window());
    }
  }
}
