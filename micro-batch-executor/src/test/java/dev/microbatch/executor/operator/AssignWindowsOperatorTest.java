package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.plan.StepSpec;
import dev.microbatch.executor.time.EventTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.CalendarWindows;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.NonMergingWindowFn;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowMappingFn;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Windows are those of the WindowFn, however they are found. */
class AssignWindowsOperatorTest {

  private static final PaneInfo PANE = PaneInfo.createPane(true, false, PaneInfo.Timing.EARLY);

  private final Collector out = new Collector();

  private AssignWindowsOperator operator(WindowFn<?, ?> fn) {
    AssignWindowsOperator operator =
        new AssignWindowsOperator(
            new StepSpec.AssignWindows(fn), new DoFnStep(new NoFn()).context(), out);
    operator.open();
    operator.startBundle();
    return operator;
  }

  static class NoFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process() {}
  }

  static List<WindowFn<?, ?>> windowFns() {
    return List.of(
        new GlobalWindows(),
        FixedWindows.of(Duration.millis(10)),
        FixedWindows.of(Duration.millis(10)).withOffset(Duration.millis(3)),
        SlidingWindows.of(Duration.millis(30)).every(Duration.millis(10)),
        SlidingWindows.of(Duration.millis(25)).every(Duration.millis(10)),
        SlidingWindows.of(Duration.millis(25))
            .every(Duration.millis(10))
            .withOffset(Duration.millis(4)),
        SlidingWindows.of(Duration.millis(7)).every(Duration.millis(10)),
        Sessions.withGapDuration(Duration.millis(10)),
        CalendarWindows.days(2));
  }

  private static List<Long> timestamps() {
    Random random = new Random(42);
    List<Long> timestamps = new ArrayList<>(List.of(EventTime.MIN, EventTime.MAX, 0L, -1L));
    for (int i = 0; i < 3000; i++) {
      timestamps.add((long) random.nextInt(200) - 100);
      timestamps.add((long) i);
      timestamps.add((long) i - 1500);
      timestamps.add(random.nextLong(EventTime.MIN, EventTime.MAX));
      timestamps.add(random.nextInt(20) * 43_200_000L - 10 * 43_200_000L);
    }
    return timestamps;
  }

  @ParameterizedTest
  @MethodSource("windowFns")
  void windowsAreThoseOfTheWindowFn(WindowFn<?, ?> fn) throws Exception {
    AssignWindowsOperator operator = operator(fn);
    for (long timestamp : timestamps()) {
      out.records.clear();
      Meta meta = Meta.of(timestamp, GlobalWindow.INSTANCE, PANE).withRecordId("id", 1L);
      operator.process("v", meta);
      operator.process("w", meta);
      Collection<? extends BoundedWindow> expected = assign(fn, "v", meta);
      if (expected.isEmpty()) {
        assertThat("at " + timestamp, out.records, empty());
      } else {
        Meta expectedMeta = meta.withWindows(expected);
        assertThat(
            "at " + timestamp,
            out.records,
            contains(
                new Collector.Received("v", expectedMeta),
                new Collector.Received("w", expectedMeta)));
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static Collection<? extends BoundedWindow> assign(
      WindowFn<?, ?> untyped, Object value, Meta meta) throws Exception {
    WindowFn<Object, BoundedWindow> fn = (WindowFn<Object, BoundedWindow>) untyped;
    return fn.assignWindows(
        fn.new AssignContext() {
          @Override
          public Object element() {
            return value;
          }

          @Override
          public Instant timestamp() {
            return meta.instant();
          }

          @Override
          public BoundedWindow window() {
            return meta.window();
          }
        });
  }

  @Test
  void recordInTheGlobalWindowStaysAsItIs() {
    operator(new GlobalWindows()).process("v", Meta.GLOBAL);
    assertThat(out.onlyMeta(), sameInstance(Meta.GLOBAL));
  }

  @Test
  void neighboursShareTheirWindows() {
    AssignWindowsOperator operator =
        operator(SlidingWindows.of(Duration.millis(30)).every(Duration.millis(10)));
    operator.process("v", Meta.inGlobalWindow(101));
    operator.process("v", Meta.inGlobalWindow(108));
    assertThat(
        out.records.get(1).meta().windows(),
        sameInstance((Object) out.records.get(0).meta().windows()));
  }

  @Test
  void recordsOutOfOrderShareTheirWindowsToo() {
    AssignWindowsOperator operator =
        operator(SlidingWindows.of(Duration.millis(30)).every(Duration.millis(10)));
    for (int round = 0; round < 2; round++) {
      for (int slice = 0; slice < 8; slice++) {
        operator.process("v", Meta.inGlobalWindow(100 + 10 * slice + round));
      }
    }
    for (int slice = 0; slice < 8; slice++) {
      assertThat(
          out.records.get(8 + slice).meta().windows(),
          sameInstance((Object) out.records.get(slice).meta().windows()));
    }
  }

  @Test
  void sharedMetadataStaysShared() {
    AssignWindowsOperator operator = operator(FixedWindows.of(Duration.millis(10)));
    Meta meta = Meta.inGlobalWindow(101);
    operator.process("v", meta);
    operator.process("w", meta);
    assertThat(out.records.get(1).meta(), sameInstance(out.records.get(0).meta()));
  }

  @Test
  void recordInSeveralWindowsIsAssignedForEach() {
    IntervalWindow a = new IntervalWindow(new Instant(0), new Instant(20));
    IntervalWindow b = new IntervalWindow(new Instant(10), new Instant(30));
    Meta meta = Meta.of(15, List.of(a, b), PANE);
    operator(new Doubled()).process("v", meta);
    assertThat(
        out.records,
        contains(
            new Collector.Received("v", meta.withWindow(doubled(a))),
            new Collector.Received("v", meta.withWindow(doubled(b)))));
  }

  @Test
  void recordInNoWindowIsDropped() {
    operator(new Doubled()).process("none", Meta.of(15, List.of(interval(0, 20)), PANE));
    assertThat(out.records, empty());
  }

  @Test
  void failureNamesTheStep() {
    AssignWindowsOperator operator = operator(new Doubled());
    StepException e = assertThrows(StepException.class, () -> operator.process("v", Meta.GLOBAL));
    assertThat(e.stepName(), is("Some/Step"));
  }

  private static IntervalWindow interval(long start, long end) {
    return new IntervalWindow(new Instant(start), new Instant(end));
  }

  private static IntervalWindow doubled(IntervalWindow window) {
    return interval(window.start().getMillis(), window.end().getMillis() * 2);
  }

  /** Looks at everything that an AssignContext offers: doubles the window, unless told "none". */
  private static final class Doubled extends NonMergingWindowFn<Object, IntervalWindow> {
    private static final long serialVersionUID = 1L;

    @Override
    public List<IntervalWindow> assignWindows(AssignContext c) {
      if (c.element().equals("none")) {
        return List.of();
      }
      IntervalWindow window = (IntervalWindow) c.window();
      assertThat(window.start().isAfter(c.timestamp()), is(false));
      return List.of(doubled(window));
    }

    @Override
    @Deprecated
    public boolean isCompatible(WindowFn<?, ?> other) {
      return other instanceof Doubled;
    }

    @Override
    public Coder<IntervalWindow> windowCoder() {
      return IntervalWindow.getCoder();
    }

    @Override
    public WindowMappingFn<IntervalWindow> getDefaultWindowMappingFn() {
      throw new UnsupportedOperationException();
    }
  }
}
