package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.core.SideInputReader;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFn.BundleFinalizer;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;

/** Builds a {@link DoFnOperator} for a test, and collects what it puts out. */
final class DoFnStep {

  static final TupleTag<String> MAIN = new TupleTag<>("main");
  static final TupleTag<String> EXTRA = new TupleTag<>("extra");
  static final PipelineOptions OPTIONS = PipelineOptionsFactory.create();

  final Collector main = new Collector();
  final Collector extra = new Collector();
  final MetricsContainerImpl metrics;
  final List<BundleFinalizer.Callback> finalizers = new ArrayList<>();

  private final String name;
  private final DoFn<?, ?> fn;
  private final Map<TupleTag<?>, Coder<?>> coders = new HashMap<>();
  private final Map<String, PCollectionView<?>> views = new HashMap<>();
  private DoFnSchemaInformation schema = DoFnSchemaInformation.create();
  private @Nullable SideInputReader reader;
  private Receiver next = main;

  DoFnStep(DoFn<?, ?> fn) {
    this("Some/Step", fn);
  }

  DoFnStep(String name, DoFn<?, ?> fn) {
    this.name = name;
    this.fn = fn;
    this.metrics = new MetricsContainerImpl(name);
    coders.put(MAIN, StringUtf8Coder.of());
    coders.put(EXTRA, StringUtf8Coder.of());
  }

  DoFnStep coder(TupleTag<?> tag, Coder<?> coder) {
    coders.put(tag, coder);
    return this;
  }

  DoFnStep schema(DoFnSchemaInformation information) {
    schema = information;
    return this;
  }

  DoFnStep sideInput(String tag, PCollectionView<?> view, SideInputReader from) {
    views.put(tag, view);
    reader = from;
    return this;
  }

  /** Sends the main output to another step instead of {@link #main}. */
  DoFnStep to(Receiver receiver) {
    next = receiver;
    return this;
  }

  OperatorContext context() {
    return new OperatorContext(
        name, OPTIONS, metrics, Clock.system(), (expiry, callback) -> finalizers.add(callback));
  }

  DoFnOperator build() {
    StepSpec.ParDo spec =
        new StepSpec.ParDo(
            fn,
            MAIN,
            List.of(EXTRA),
            StringUtf8Coder.of(),
            coders,
            WindowingStrategy.globalDefault(),
            List.copyOf(views.values()),
            views,
            schema,
            false);
    return new DoFnOperator(
        spec, context(), Map.of(MAIN.getId(), next, EXTRA.getId(), extra), reader);
  }

  /** Runs one element in a bundle of its own, from open to close. */
  void run(Object value, Meta meta) {
    DoFnOperator operator = build();
    try {
      operator.open();
      operator.startBundle();
      operator.process(value, meta);
      operator.finishBundle();
    } finally {
      operator.teardown().run();
    }
  }
}
