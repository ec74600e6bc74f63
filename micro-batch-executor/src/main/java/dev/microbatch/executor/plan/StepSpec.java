package dev.microbatch.executor.plan;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.io.BoundedSource;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.testing.TestStream;
import org.apache.beam.sdk.transforms.Combine.CombineFn;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.transforms.reflect.DoFnSignatures;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.checkerframework.checker.nullness.qual.Nullable;

/** What a step does: one of a closed set, each with what its operator needs and no more. */
public sealed interface StepSpec extends Serializable {

  /** Whether the step reads from outside the pipeline. */
  default boolean isSource() {
    return false;
  }

  /**
   * Whether the step keeps keyed state, timers, holds or a buffer between bundles, and so heads its
   * stage.
   */
  default boolean isTimed() {
    return false;
  }

  /** Emits one empty byte array at the start of time. */
  record Impulse() implements StepSpec {
    @Override
    public boolean isSource() {
      return true;
    }
  }

  /**
   * Reads a bounded source.
   *
   * @param source the source, not yet split
   */
  record BoundedRead(BoundedSource<?> source) implements StepSpec {
    @Override
    public boolean isSource() {
      return true;
    }
  }

  /**
   * Reads an unbounded source.
   *
   * @param source the source, not yet split
   */
  record UnboundedRead(UnboundedSource<?, ?> source) implements StepSpec {
    @Override
    public boolean isSource() {
      return true;
    }
  }

  /**
   * Plays the script of a TestStream, one event per batch.
   *
   * @param stream the TestStream
   */
  record Script(TestStream<?> stream) implements StepSpec {
    @Override
    public boolean isSource() {
      return true;
    }

    /** The events of a TestStream are not serializable by themselves. */
    private Object writeReplace() {
      return EncodedScript.of(stream);
    }
  }

  /** Passes on what an exchange brings: the head of a stage that begins with no other work. */
  record Receive() implements StepSpec {}

  /**
   * Puts records into windows.
   *
   * @param windowFn assigns the windows
   */
  record AssignWindows(WindowFn<?, ?> windowFn) implements StepSpec {}

  /**
   * Runs a DoFn.
   *
   * @param fn the DoFn; cloned for each operator
   * @param mainOutput the tag of the main output
   * @param additionalOutputs the other tags
   * @param inputCoder the coder of the input
   * @param outputCoders the coder of each output
   * @param windowing the windowing strategy of the main input
   * @param sideInputs the views that it reads
   * @param sideInputMapping the view of each side input that is bound to a parameter, by tag
   * @param schemaInformation how schema elements are bound to parameters
   * @param keyed whether it uses state or timers, so that its input is {@code KV} and by key
   */
  record ParDo(
      DoFn<?, ?> fn,
      TupleTag<?> mainOutput,
      List<TupleTag<?>> additionalOutputs,
      Coder<?> inputCoder,
      Map<TupleTag<?>, Coder<?>> outputCoders,
      WindowingStrategy<?, ?> windowing,
      List<PCollectionView<?>> sideInputs,
      Map<String, PCollectionView<?>> sideInputMapping,
      DoFnSchemaInformation schemaInformation,
      boolean keyed)
      implements StepSpec {

    /** Copies the collections. */
    public ParDo {
      additionalOutputs = List.copyOf(additionalOutputs);
      outputCoders = Map.copyOf(outputCoders);
      sideInputs = List.copyOf(sideInputs);
      sideInputMapping = Map.copyOf(sideInputMapping);
    }

    @Override
    public boolean isTimed() {
      return keyed || !sideInputs.isEmpty() || requiresStableInput();
    }

    /** Whether it may see a record only after the commit that contains it. */
    public boolean requiresStableInput() {
      return DoFnSignatures.signatureForDoFn(fn).processElement().requiresStableInput();
    }
  }

  /**
   * Processes (element, restriction) pairs of a splittable DoFn, each under a unique key of its
   * own: {@code KV<byte[], KV<InputT, RestrictionT>>} in, the DoFn's outputs out.
   *
   * @param parDo the splittable DoFn as a ParDo over {@code InputT}
   * @param restrictionCoder the coder of restrictions
   * @param watermarkStateCoder the coder of the watermark estimator's state
   */
  record SplittableProcess(ParDo parDo, Coder<?> restrictionCoder, Coder<?> watermarkStateCoder)
      implements StepSpec {
    @Override
    public boolean isTimed() {
      return true;
    }
  }

  /**
   * Combines the values of one key and window before an exchange, within a bundle: {@code KV<K,
   * InputT>} in, {@code KV<K, AccumT>} out.
   *
   * @param combineFn the combiner
   * @param inputCoder the coder of the input
   * @param accumulatorCoder the coder of the accumulators
   * @param windowing the windowing strategy; its WindowFn does not merge
   */
  record PreCombine(
      CombineFn<?, ?, ?> combineFn,
      KvCoder<?, ?> inputCoder,
      Coder<?> accumulatorCoder,
      WindowingStrategy<?, ?> windowing)
      implements StepSpec {}

  /**
   * Groups values by key and window and emits panes as the trigger says: {@code KV<K, InputT>} in,
   * {@code KV<K, Iterable<InputT>>} or {@code KV<K, OutputT>} out.
   *
   * @param inputCoder the coder of the input
   * @param windowing the windowing strategy
   * @param combine how the values are combined, or null to gather them
   * @param aggregator what keeps the groups; part of what a checkpoint and a plan agree on
   */
  record GroupByKey(
      KvCoder<?, ?> inputCoder,
      WindowingStrategy<?, ?> windowing,
      @Nullable Combining combine,
      Aggregator aggregator)
      implements StepSpec {
    @Override
    public boolean isTimed() {
      return true;
    }
  }

  /** What keeps the groups of a {@link GroupByKey}. Translation chooses. */
  enum Aggregator {
    /**
     * A table of keys for each window, for windows that fire exactly once, at their end: they do
     * not merge, the trigger is the default one, and nothing may be late.
     */
    WINDOW_TABLE("window table"),
    /** Groups with what their trigger remembers, each a small object: any windowing. */
    TRIGGERED("triggered");

    private final String form;

    Aggregator(String form) {
      this.form = form;
    }

    /** What it is called in a plan's identity; never changes. */
    public String form() {
      return form;
    }
  }

  /**
   * How a {@link GroupByKey} combines.
   *
   * @param combineFn the combiner
   * @param accumulatorCoder the coder of its accumulators
   * @param mergesAccumulators whether the input values are accumulators from a {@link PreCombine}
   */
  record Combining(
      CombineFn<?, ?, ?> combineFn, Coder<?> accumulatorCoder, boolean mergesAccumulators)
      implements Serializable {}

  /**
   * Makes the panes of a side input, to be broadcast: {@code KV<Void, Iterable<T>>} in, or {@code
   * T} where each element is a pane by itself, as in a singleton view; one pane of the view out.
   *
   * @param view the side input
   * @param gathered whether the input comes from a grouping by the void key
   */
  record MaterializeView(PCollectionView<?> view, boolean gathered) implements StepSpec {}

  /** Gives each record the void key, so that a whole PCollection can be grouped. */
  record WithVoidKey() implements StepSpec {}
}
