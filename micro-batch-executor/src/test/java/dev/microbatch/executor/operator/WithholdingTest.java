package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.plan.Exchange;
import dev.microbatch.executor.stage.OneStage;
import dev.microbatch.executor.stage.Scenario;
import dev.microbatch.executor.stage.StageHarness;
import dev.microbatch.executor.stage.StageHarness.Result;
import dev.microbatch.executor.state.Checkpointed;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.StateLayout;
import dev.microbatch.executor.view.SideInputs;
import dev.microbatch.executor.view.ViewPane;
import dev.microbatch.executor.view.ViewPaneCoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.coders.VoidCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollectionView;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** Records that have to wait: for a side input, or for the commit that contains them. */
class WithholdingTest {

  private static final Coder<String> TEXT = StringUtf8Coder.of();
  private static final WindowingStrategy<Object, IntervalWindow> FIXED =
      WindowingStrategy.of(FixedWindows.of(Duration.millis(10)));

  private static IntervalWindow window(long start, long end) {
    return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(end));
  }

  /** Puts out what it finds in the side input. */
  private static final class LookUpFn extends DoFn<String, KV<String, String>> {
    private static final long serialVersionUID = 1L;
    private final PCollectionView<Iterable<String>> view;

    LookUpFn(PCollectionView<Iterable<String>> view) {
      this.view = view;
    }

    @ProcessElement
    public void process(ProcessContext context) {
      context.output(KV.of(context.element(), String.join("", context.sideInput(view))));
    }
  }

  private static StageHarness lookingUp() {
    PCollectionView<Iterable<String>> view =
        Views.pipeline()
            .apply(Create.of("unused"))
            .apply(Window.into(FixedWindows.of(Duration.millis(10))))
            .apply(View.asIterable());
    Coder<?> output = KvCoder.of(TEXT, TEXT);
    return StageHarness.of(
        OneStage.taking(Exchange.Kind.REBALANCE, TEXT, IntervalWindow.getCoder())
            .sideInput(view, TEXT, IntervalWindow.getCoder())
            .step(
                "Look up",
                OneStage.parDo(new LookUpFn(view), TEXT, output, FIXED, false, view),
                output)
            .to(IntervalWindow.getCoder()));
  }

  @Test
  void aRecordWaitsForItsSideInputAndHoldsTheWatermark() throws IOException {
    Result result =
        lookingUp()
            .check(
                new Scenario()
                    .record("a", 1, window(0, 10))
                    .record("b", 12, window(10, 20))
                    .record("both", 5, window(0, 10), window(10, 20))
                    .end(8)
                    .pane(1, window(0, 10), 0, "x", "y")
                    .end(9)
                    .record("c", 9, window(0, 10))
                    .sideWatermark(19)
                    .end(15)
                    .sideWatermark(20)
                    .end(16)
                    .endOfTime());
    assertThat(result.values(0), is(empty()));
    assertThat(result.values(1), containsInAnyOrder(KV.of("a", "xy"), KV.of("both", "xy")));
    assertThat(result.values(2), contains(KV.of("c", "xy")));
    assertThat(
        "an empty view is certain behind the end of its window only",
        result.values(3),
        containsInAnyOrder(KV.of("b", ""), KV.of("both", "")));
  }

  @Test
  void aRecordFindsTheNewestPane() throws IOException {
    Result result =
        lookingUp()
            .check(
                new Scenario()
                    .pane(1, window(0, 10), 1, "new")
                    .end(0)
                    .pane(1, window(0, 10), 0, "old")
                    .end(0)
                    .record("a", 1, window(0, 10))
                    .end(0)
                    .pane(1, window(0, 10), 2, "newest")
                    .end(0)
                    .record("b", 1, window(0, 10))
                    .endOfTime());
    assertThat(result.values(), contains(KV.of("a", "new"), KV.of("b", "newest")));
  }

  @Test
  void aRecordBehindItsWindowIsDroppedRatherThanShownAnEmptyView() throws IOException {
    Result result =
        lookingUp()
            .withLateInput()
            .check(
                new Scenario()
                    .pane(1, window(0, 10), 0, "x")
                    .end(9)
                    .record("a", 1, window(0, 10))
                    .end(10)
                    .end(11)
                    .record("b", 1, window(0, 10))
                    .endOfTime());
    assertThat(result.values(), contains(KV.of("a", "x")));
    assertThat(result.lateDrops(), is(1L));
  }

  private static final class StableFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @RequiresStableInput
    @ProcessElement
    public void process(@Element String text, OutputReceiver<String> output) {
      output.output(text);
    }
  }

  private static final class StableKeyedFn extends DoFn<KV<String, Integer>, KV<String, Integer>> {
    private static final long serialVersionUID = 1L;

    @StateId("count")
    private final StateSpec<ValueState<Integer>> count = StateSpecs.value(VarIntCoder.of());

    @RequiresStableInput
    @ProcessElement
    public void process(
        @Element KV<String, Integer> pair,
        @StateId("count") ValueState<Integer> counted,
        OutputReceiver<KV<String, Integer>> output) {
      Integer known = counted.read();
      int number = known == null ? 1 : known + 1;
      counted.write(number);
      output.output(KV.of(pair.getKey(), number * 100 + pair.getValue()));
    }
  }

  @Test
  void stableInputComesInOnceAndInOrderWhereverItWaited() throws IOException {
    Coder<?> windows = GlobalWindow.Coder.INSTANCE;
    @SuppressWarnings("unchecked")
    Coder<BoundedWindow> global = (Coder<BoundedWindow>) windows;
    Result plain =
        StageHarness.of(
                OneStage.taking(Exchange.Kind.REBALANCE, TEXT, global)
                    .step(
                        "Stable",
                        OneStage.parDo(
                            new StableFn(), TEXT, TEXT, WindowingStrategy.globalDefault(), false),
                        TEXT)
                    .to(global))
            .check(new Scenario().record("a", 1).record("b", 2).end(5).record("c", 6).endOfTime());
    assertThat(plain.values(), contains("a", "b", "c"));
    Coder<KV<String, Integer>> pairs = KvCoder.of(TEXT, VarIntCoder.of());
    Result keyed =
        StageHarness.of(
                OneStage.taking(Exchange.Kind.BY_KEY, pairs, global)
                    .step(
                        "Stable",
                        OneStage.parDo(
                            new StableKeyedFn(),
                            pairs,
                            pairs,
                            WindowingStrategy.globalDefault(),
                            true),
                        pairs)
                    .to(global))
            .inOrderPerKey()
            .check(
                new Scenario()
                    .record(KV.of("a", 1), 1)
                    .record(KV.of("b", 2), 2)
                    .record(KV.of("a", 3), 3)
                    .end(5)
                    .record(KV.of("a", 4), 6)
                    .endOfTime());
    assertThat(
        keyed.values(),
        contains(KV.of("a", 101), KV.of("b", 102), KV.of("a", 203), KV.of("a", 304)));
  }

  @SuppressWarnings("unchecked")
  private static StateLayout global() {
    return new StateLayout(
        KeyCodec.of((Coder<Object>) (Coder<?>) VoidCoder.of()),
        (Coder<BoundedWindow>) (Coder<?>) GlobalWindow.Coder.INSTANCE,
        (Coder<Object>) (Coder<?>) TEXT,
        16,
        0,
        new KeyGroupRange(0, 16),
        true);
  }

  @Test
  @SuppressWarnings("unchecked")
  void aRecordThatWaitsForASideInputHoldsTheInputBecauseOfThat() {
    PCollectionView<String> view = Views.singleton();
    SideInputs nothing =
        new SideInputs(
            List.of(
                new SideInputs.Layout(
                    view,
                    "view",
                    (Coder<ViewPane>) (Coder<?>) ViewPaneCoder.of(TEXT),
                    (Coder<BoundedWindow>) (Coder<?>) GlobalWindow.Coder.INSTANCE)),
            false);
    StageTimes times = new StageTimes();
    PushbackOperator operator =
        new PushbackOperator(
            (value, meta) -> {},
            List.of(view),
            nothing,
            Duration.ZERO,
            times,
            StateBackend.HEAP.open(global()));
    times.begin(1, 0, 0);
    operator.process("a", Meta.of(7, GlobalWindow.INSTANCE, PaneInfo.NO_FIRING));

    assertThat(operator.inputHold(), is(7L));
    assertThat(operator.inputHoldKind(), is(HoldKind.SIDE_INPUT));
  }

  /** An operator that waits for commits, and what its user code has seen. */
  private static final class Stable {
    final StageTimes times = new StageTimes();
    final List<Object> seen = new ArrayList<>();
    final StableInputOperator operator;

    Stable() {
      operator =
          new StableInputOperator(
              (value, meta) -> seen.add(value), times, StateBackend.HEAP.open(global()));
    }

    /** Runs a batch; gives what user code has seen in it. */
    List<Object> batch(long number, long durable, String... records) throws Exception {
      seen.clear();
      times.begin(number, 0, durable);
      for (String record : records) {
        operator.process(record, Meta.GLOBAL);
      }
      operator.inputComplete();
      return List.copyOf(seen);
    }

    List<StateEntry> freeze(long commit) throws IOException {
      List<StateEntry> entries = new ArrayList<>();
      for (Checkpointed part : operator.parts()) {
        try (FrozenPart frozen = part.freeze(commit, SnapshotScope.EVERYTHING)) {
          frozen.writeTo(entries::add);
        }
      }
      return entries;
    }

    static Stable restored(List<StateEntry> entries) throws IOException {
      Stable stable = new Stable();
      for (StateEntry entry : entries) {
        for (Checkpointed part : stable.operator.parts()) {
          if (part.owns(entry)) {
            part.restore(entry);
          }
        }
      }
      return stable;
    }
  }

  @Test
  void stableInputIsSeenOnlyWhenTheCommitThatContainsItIsDurable() throws Exception {
    Stable stable = new Stable();
    assertThat(stable.batch(1, 0, "a", "b"), is(empty()));
    assertThat(stable.operator.awaitsCommit(), is(true));
    assertThat(stable.operator.inputHoldKind(), is(HoldKind.STABLE_INPUT));
    assertThat(stable.batch(2, 0, "c"), is(empty()));
    assertThat(stable.operator.hasBuffered(), is(false));
    assertThat("commit 1 is durable, and no more", stable.batch(3, 1, "d"), contains("a", "b"));
    assertThat(stable.batch(4, 3), contains("c", "d"));
    assertThat(stable.operator.awaitsCommit(), is(false));
    assertThat(stable.batch(5, 3), is(empty()));
  }

  @Test
  void aRetryShowsTheSameRecordsThoughOthersComeMeanwhile() throws Exception {
    Stable stable = new Stable();
    stable.batch(1, 0, "a", "b");
    List<StateEntry> commit = stable.freeze(1);
    assertThat(stable.batch(2, 1, "c"), contains("a", "b"));
    for (String other : List.of("x", "y")) { // what has failed is tried again, twice
      Stable retry = Stable.restored(commit);
      assertThat(retry.batch(2, 1, other), contains("a", "b"));
      assertThat(retry.batch(3, 1), is(empty()));
      assertThat(retry.batch(4, 3), contains(other));
    }
  }

  @Test
  void whatHasComeInLeavesTheCommits() throws Exception {
    Stable stable = new Stable();
    stable.batch(1, 0, "a", "b");
    stable.freeze(1);
    stable.batch(2, 1, "c");
    Stable restored = Stable.restored(stable.freeze(2));
    assertThat(restored.batch(3, 2), contains("c"));
  }
}
