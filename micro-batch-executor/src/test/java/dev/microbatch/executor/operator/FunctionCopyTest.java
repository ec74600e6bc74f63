package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.plan.Output;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.state.StateLayout;
import dev.microbatch.executor.view.SideInputs;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.SerializableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.io.range.OffsetRange;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Combine;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.DoFnSchemaInformation;
import org.apache.beam.sdk.transforms.splittabledofn.RestrictionTracker;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.NonMergingWindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowMappingFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.TupleTag;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever function of the user's a step runs, one that cannot be copied is the same error. */
class FunctionCopyTest {

  private static final TupleTag<String> MAIN = new TupleTag<>(Output.MAIN);
  private static final KvCoder<String, Integer> RECORDS =
      KvCoder.of(StringUtf8Coder.of(), VarIntCoder.of());

  private final ScheduledExecutorService timeLimits = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void stop() {
    timeLimits.shutdownNow();
  }

  /** A step whose function holds something. */
  record Kind(String name, String role, Function<Object, StepSpec> spec) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Kind> kinds() {
    return Stream.of(
        new Kind("DoFn", "DoFn", held -> parDo(new PlainFn(held), false)),
        new Kind("stateful DoFn", "DoFn", held -> parDo(new StatefulFn(held), true)),
        new Kind(
            "splittable DoFn",
            "DoFn",
            held ->
                new StepSpec.SplittableProcess(
                    parDo(new SplittableFn(held), true),
                    SerializableCoder.of(OffsetRange.class),
                    VoidCoder.of())),
        new Kind(
            "combining before the exchange",
            "CombineFn",
            held ->
                new StepSpec.PreCombine(
                    new SumFn(held), RECORDS, VarIntCoder.of(), WindowingStrategy.globalDefault())),
        new Kind(
            "assigning windows",
            "WindowFn",
            held -> new StepSpec.AssignWindows(new HeldWindows(held))),
        new Kind(
            "merging windows",
            "WindowFn",
            held ->
                new StepSpec.GroupByKey(
                    RECORDS,
                    WindowingStrategy.of(new HeldWindows(held)),
                    null,
                    StepSpec.Aggregator.TRIGGERED)),
        grouping("combining", StepSpec.Aggregator.TRIGGERED, false),
        grouping("merging", StepSpec.Aggregator.TRIGGERED, true),
        grouping("combining in a window table", StepSpec.Aggregator.WINDOW_TABLE, false),
        grouping("merging in a window table", StepSpec.Aggregator.WINDOW_TABLE, true));
  }

  private static Kind grouping(String name, StepSpec.Aggregator aggregator, boolean merges) {
    return new Kind(
        name,
        "CombineFn",
        held ->
            new StepSpec.GroupByKey(
                RECORDS,
                WindowingStrategy.globalDefault(),
                new StepSpec.Combining(new SumFn(held), VarIntCoder.of(), merges),
                aggregator));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatCannotBeSerializedNamesItsStep(Kind kind) {
    StepException failure =
        assertThrows(StepException.class, () -> create(kind.spec().apply(new Object())));

    assertNames(failure, kind.role());
    assertThat(failure.getMessage(), containsString("unable to serialize"));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatCannotBeDeserializedNamesItsStep(Kind kind) {
    StepException failure =
        assertThrows(StepException.class, () -> create(kind.spec().apply(new Unreadable())));

    assertNames(failure, kind.role());
    assertThat(failure.getMessage(), containsString("cannot be read here"));
  }

  /** A long chain of objects is serialized by recursion. */
  @ParameterizedTest
  @MethodSource("kinds")
  void whatIsTooDeepToBeSerializedNamesItsStep(Kind kind) {
    Link chain = null;
    for (int i = 0; i < 200_000; i++) {
      chain = new Link(chain);
    }
    StepSpec spec = kind.spec().apply(chain);

    StepException failure = assertThrows(StepException.class, () -> create(spec));

    assertNames(failure, kind.role());
    assertThat(failure.getMessage(), containsString("StackOverflowError"));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void whatCanBeCopiedIsCopied(Kind kind) {
    create(kind.spec().apply("something"));
    SumFn fn = new SumFn("something");

    assertThat(FunctionCopy.of("Step", "CombineFn", fn), is(not(sameInstance(fn))));
  }

  private static void assertNames(StepException failure, String role) {
    assertThat(failure.stepName(), is("Some/Step"));
    assertThat(failure.getCause(), is(instanceOf(IllegalArgumentException.class)));
    assertThat(
        failure.getMessage(),
        allOf(
            containsString("The " + role + " " + FunctionCopyTest.class.getName()),
            containsString("cannot be copied by serialization"),
            containsString("must be serializable, or transient")));
  }

  @SuppressWarnings("unchecked")
  private void create(StepSpec spec) {
    StateLayout layout =
        new StateLayout(
            (KeyCodec<Object>) (KeyCodec<?>) KeyCodec.of(StringUtf8Coder.of()),
            (Coder<BoundedWindow>) (Coder<?>) GlobalWindow.Coder.INSTANCE,
            (Coder<Object>) (Coder<?>) RECORDS,
            16,
            0,
            new KeyGroupRange(0, 16),
            false);
    Operators.create(
        spec,
        new DoFnStep("Some/Step", new PlainFn("something")).context(),
        Map.of(Output.MAIN, new Collector()),
        new Operators.Shared(
            StateBackend.HEAP.open(layout),
            new StageTimes(),
            new SideInputs(List.of(), false),
            timeLimits,
            false),
        operator -> operator);
  }

  private static StepSpec.ParDo parDo(DoFn<?, ?> fn, boolean keyed) {
    return new StepSpec.ParDo(
        fn,
        MAIN,
        List.of(),
        keyed ? RECORDS : StringUtf8Coder.of(),
        Map.of(MAIN, StringUtf8Coder.of()),
        WindowingStrategy.globalDefault(),
        List.of(),
        Map.of(),
        DoFnSchemaInformation.create(),
        keyed);
  }

  /** Can be written, but not read. */
  private static final class Unreadable implements Serializable {
    private static final long serialVersionUID = 1L;

    private void readObject(ObjectInputStream in) {
      throw new IllegalStateException("cannot be read here");
    }
  }

  private static final class Link implements Serializable {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("unused") // makes the chain
    private final Link next;

    Link(Link next) {
      this.next = next;
    }
  }

  @SuppressWarnings({"serial", "unused"}) // it holds what must not be held
  static final class PlainFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;
    private final Object held;

    PlainFn(Object held) {
      this.held = held;
    }

    @ProcessElement
    public void process() {}
  }

  @SuppressWarnings({"serial", "unused"}) // it holds what must not be held
  static final class StatefulFn extends DoFn<KV<String, Integer>, String> {
    private static final long serialVersionUID = 1L;
    private final Object held;

    @StateId("count")
    private final StateSpec<ValueState<Integer>> count = StateSpecs.value(VarIntCoder.of());

    StatefulFn(Object held) {
      this.held = held;
    }

    @ProcessElement
    public void process(@StateId("count") ValueState<Integer> state) {}
  }

  @SuppressWarnings({"serial", "unused"}) // it holds what must not be held
  static final class SplittableFn extends DoFn<KV<String, Integer>, String> {
    private static final long serialVersionUID = 1L;
    private final Object held;

    SplittableFn(Object held) {
      this.held = held;
    }

    @GetInitialRestriction
    public OffsetRange restriction() {
      return new OffsetRange(0, 1);
    }

    @ProcessElement
    public ProcessContinuation process(RestrictionTracker<OffsetRange, Long> tracker) {
      return ProcessContinuation.stop();
    }
  }

  @SuppressWarnings({"serial", "unused"}) // it holds what must not be held
  static final class HeldWindows extends NonMergingWindowFn<Object, GlobalWindow> {
    private static final long serialVersionUID = 1L;
    private final Object held;

    HeldWindows(Object held) {
      this.held = held;
    }

    @Override
    public List<GlobalWindow> assignWindows(AssignContext context) {
      return List.of(GlobalWindow.INSTANCE);
    }

    @Override
    public Coder<GlobalWindow> windowCoder() {
      return GlobalWindow.Coder.INSTANCE;
    }

    @Override
    @Deprecated
    public boolean isCompatible(WindowFn<?, ?> other) {
      return other instanceof HeldWindows;
    }

    @Override
    public WindowMappingFn<GlobalWindow> getDefaultWindowMappingFn() {
      throw new UnsupportedOperationException("nobody asks");
    }
  }

  @SuppressWarnings({"serial", "unused"}) // it holds what must not be held
  static final class SumFn extends Combine.BinaryCombineIntegerFn {
    private static final long serialVersionUID = 1L;
    private final Object held;

    SumFn(Object held) {
      this.held = held;
    }

    @Override
    public int apply(int left, int right) {
      return left + right;
    }

    @Override
    public int identity() {
      return 0;
    }
  }
}
