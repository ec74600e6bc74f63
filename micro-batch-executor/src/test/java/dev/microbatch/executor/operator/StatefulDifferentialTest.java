package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.block.KeyCodec;
import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.stage.OneStage;
import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.EvictingStateBackend;
import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StageState;
import dev.microbatch.executor.state.StateBackend;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.StateLayout;
import dev.microbatch.executor.state.StateSnapshot;
import dev.microbatch.executor.time.Clock;
import dev.microbatch.executor.time.EventTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.beam.runners.core.metrics.MetricsContainerImpl;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.KvCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.metrics.MetricsContainer;
import org.apache.beam.sdk.metrics.MetricsEnvironment;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random stateful DoFns do the same as on Beam's runners for them: outputs, holds, next timers,
 * dropped elements, and what a commit stores; also when each resumes from what the other stored,
 * and when state leaves the heap after each batch.
 */
class StatefulDifferentialTest {

  private static final int KEY_GROUPS = 8;
  private static final int STEPS = 400;
  private static final KeyCodec<String> KEYS = KeyCodec.of(StringUtf8Coder.of());
  private static final Coder<KV<String, Long>> PAIRS =
      KvCoder.of(StringUtf8Coder.of(), VarLongCoder.of());

  /** One operator with its state, its times and what came out of it. */
  private static final class Side {
    final StageState state;
    final StageTimes times;
    final StoreOperator operator;
    final MetricsContainerImpl metrics;
    final List<String> outputs = new ArrayList<>();

    Side(
        StepSpec.ParDo spec,
        StateBackend backend,
        StageTimes times,
        MetricsContainerImpl metrics,
        boolean oracle) {
      this.state = backend.open(layout(spec));
      this.times = times;
      this.metrics = metrics;
      OperatorContext context =
          new OperatorContext(
              "Step",
              PipelineOptionsFactory.create(),
              metrics,
              Clock.system(),
              (expiry, callback) -> {});
      Map<String, Receiver> to =
          Map.of(
              spec.mainOutput().getId(),
              (value, meta) -> outputs.add(value + " at " + meta + " " + meta.causedByDrain()));
      this.operator =
          oracle
              ? new BeamStatefulDoFnOperator(spec, context, state.store(), times, to, null)
              : new StatefulDoFnOperator(spec, context, state.store(), times, to, null);
      operator.open();
      operator.startBundle();
    }

    @SuppressWarnings("unchecked") // The windows of a strategy are those of its coder.
    private static StateLayout layout(StepSpec.ParDo spec) {
      return new StateLayout(
          (KeyCodec<Object>) (KeyCodec<?>) KEYS,
          (Coder<BoundedWindow>) spec.windowing().getWindowFn().windowCoder(),
          (Coder<Object>) (Coder<?>) VarLongCoder.of(),
          KEY_GROUPS,
          0,
          new KeyGroupRange(0, KEY_GROUPS),
          true);
    }

    void process(KV<String, Long> element, Meta meta) throws Exception {
      Object comparable = KEYS.comparable(element.getKey());
      operator.processKeyed(element, meta, comparable, KEYS.hash(element.getKey(), comparable));
    }

    List<StateEntry> freeze(long commit, SnapshotScope scope) throws IOException {
      List<StateEntry> entries = new ArrayList<>();
      try (StateSnapshot snapshot = state.store().freeze(commit, scope)) {
        snapshot.writeTo(entries::add);
      }
      return entries;
    }

    void restore(List<StateEntry> entries, long commit) throws IOException {
      EntrySink sink = state.store().restoring(new KeyGroupRange(0, KEY_GROUPS));
      for (StateEntry entry : entries) {
        sink.accept(entry);
      }
      state.store().restored(commit);
    }

    String standing() {
      StringBuilder all = new StringBuilder();
      all.append(operator.outputHold()).append(' ').append(operator.synchronizedHold());
      for (TimeDomain domain : TimeDomain.values()) {
        all.append(' ').append(state.store().nextTimer(domain));
      }
      all.append(' ').append(operator.isDue()).append(' ').append(operator.delaysWatermark());
      metrics.getCumulative().counterUpdates().forEach(counter -> all.append(' ').append(counter));
      return all.toString();
    }
  }

  private Random random = new Random();
  private StepSpec.ParDo spec;
  private StateBackend backend = StateBackend.HEAP;
  private Side ours;
  private Side beams;
  private long watermark;
  private long processingTime;
  private long batch;
  private long commit;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void doesWhatBeamDoes(long seed) throws Exception {
    run(seed, StateBackend.HEAP);
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24})
  void doesWhatBeamDoesWhenStateLeavesTheHeap(long seed) throws Exception {
    run(seed, new EvictingStateBackend());
  }

  private void run(long seed, StateBackend of) throws Exception {
    random = new Random(seed);
    backend = of;
    spec = spec();
    ours = open(false, new StageTimes(), new MetricsContainerImpl("Step"));
    beams = open(true, new StageTimes(), new MetricsContainerImpl("Step"));
    for (int step = 0; step < STEPS; step++) {
      step("seed " + seed + ", step " + step);
    }
    endBatch(EventTime.MAX);
    compare("seed " + seed + " at the end");
    if (expires()) {
      assertThat("nothing is left", ours.state.store().isEmpty(), is(true));
    }
  }

  /** In the global window, state stays unless user code hears of its expiration. */
  private boolean expires() {
    return spec.fn() instanceof RandomStateFn
        || !(spec.windowing().getWindowFn() instanceof GlobalWindows);
  }

  private StepSpec.ParDo spec() {
    DoFn<?, ?> fn =
        switch (random.nextInt(4)) {
          case 0 -> new RandomStateFn.Plain();
          case 1 -> new RandomStateFn.Sorted();
          default -> new RandomStateFn();
        };
    WindowFn<Object, ?> windowFn =
        random.nextInt(4) == 0
            ? new GlobalWindows()
            : SlidingWindows.of(Duration.millis(20)).every(Duration.millis(10));
    WindowingStrategy<?, ?> windowing =
        WindowingStrategy.of(windowFn).withAllowedLateness(Duration.millis(random.nextInt(2) * 7));
    return OneStage.parDo(fn, PAIRS, StringUtf8Coder.of(), windowing, true);
  }

  private Side open(boolean oracle, StageTimes times, MetricsContainerImpl metrics) {
    return within(metrics, () -> new Side(spec, backend, times, metrics, oracle));
  }

  /** Something that may throw. */
  @FunctionalInterface
  private interface Work<T> {
    T run() throws Exception;
  }

  private static <T> T within(MetricsContainerImpl metrics, Work<T> work) {
    MetricsContainer previous = MetricsEnvironment.setCurrentContainer(metrics);
    try {
      return work.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      MetricsEnvironment.setCurrentContainer(previous);
    }
  }

  private void step(String what) throws Exception {
    int choice = random.nextInt(100);
    if (choice < 70) {
      element();
    } else if (choice < 90) {
      endBatch(watermark + random.nextInt(6));
    } else if (choice < 97) {
      commit(what);
    } else {
      resume();
    }
    compare(what);
  }

  private void element() throws Exception {
    KV<String, Long> element = KV.of("key" + random.nextInt(4), random.nextLong(1_000));
    long timestamp = watermark - 12 + random.nextInt(30);
    Meta meta = Meta.of(timestamp, windows(timestamp), PaneInfo.NO_FIRING);
    for (Side side : List.of(ours, beams)) {
      within(
          side.metrics,
          () -> {
            side.process(element, meta);
            return null;
          });
    }
  }

  private List<BoundedWindow> windows(long timestamp) {
    if (spec.windowing().getWindowFn() instanceof GlobalWindows) {
      return List.of(GlobalWindow.INSTANCE);
    }
    long start = Math.floorDiv(timestamp, 10L) * 10;
    return List.of(window(start), window(start - 10));
  }

  private static BoundedWindow window(long start) {
    return new IntervalWindow(Instant.ofEpochMilli(start), Duration.millis(20));
  }

  private void endBatch(long to) throws Exception {
    watermark = to;
    processingTime += random.nextInt(6);
    batch++;
    for (Side side : List.of(ours, beams)) {
      within(
          side.metrics,
          () -> {
            side.times.begin(batch, processingTime, 0);
            side.times.advanceSynchronizedProcessingTime(processingTime - 1);
            side.times.setDraining(to == EventTime.MAX);
            side.operator.fireEarly();
            side.operator.inputComplete();
            side.times.advanceWatermark(to);
            side.operator.fire();
            side.times.settleWatermark();
            side.operator.finishBundle();
            side.state.endBatch();
            side.operator.startBundle();
            return null;
          });
    }
  }

  private void commit(String what) throws IOException {
    commit++;
    List<String> changes = describe(ours.freeze(commit, SnapshotScope.CHANGES));
    assertThat(what, changes, is(describe(beams.freeze(commit, SnapshotScope.CHANGES))));
  }

  /** Each goes on with what the other has stored. */
  private void resume() throws IOException {
    commit++;
    List<StateEntry> fromOurs = ours.freeze(commit, SnapshotScope.EVERYTHING);
    List<StateEntry> fromBeams = beams.freeze(commit, SnapshotScope.EVERYTHING);
    assertThat(describe(fromOurs), is(describe(fromBeams)));
    ours = reopen(ours, fromBeams, false);
    beams = reopen(beams, fromOurs, true);
  }

  private Side reopen(Side side, List<StateEntry> entries, boolean oracle) throws IOException {
    Side reopened = open(oracle, side.times, side.metrics);
    reopened.restore(entries, commit);
    return reopened;
  }

  /** Without what a sorted input leaves behind in Beam when its buffer has become empty. */
  private static List<String> describe(List<StateEntry> entries) {
    HexFormat hex = HexFormat.of();
    return entries.stream()
        .filter(entry -> !entry.cell().equals("ssortBufferMinStamp"))
        .map(
            entry ->
                entry.kind()
                    + " "
                    + entry.op()
                    + " "
                    + entry.keyGroup()
                    + " "
                    + hex.formatHex(entry.key())
                    + " "
                    + hex.formatHex(entry.namespace())
                    + " "
                    + entry.cell()
                    + " "
                    + hex.formatHex(entry.value()))
        .sorted()
        .toList();
  }

  private void compare(String what) {
    assertThat(what, ours.outputs, is(beams.outputs));
    assertThat(what, ours.standing(), is(beams.standing()));
    ours.outputs.clear();
    beams.outputs.clear();
  }
}
