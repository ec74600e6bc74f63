package dev.microbatch.executor.operator;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.sameInstance;

import dev.microbatch.executor.block.Meta;
import java.util.List;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.PCollectionView;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** How often an element in several windows is processed. */
class DoFnOperatorWindowsTest {

  private static final IntervalWindow A = new IntervalWindow(new Instant(0), new Instant(1000));
  private static final IntervalWindow B = new IntervalWindow(new Instant(500), new Instant(1500));
  private static final Meta META = Meta.of(600, List.of(A, B), PaneInfo.NO_FIRING);

  static class PlainFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(@Element String element, OutputReceiver<String> out) {
      out.output(element);
    }
  }

  static class WindowFn extends DoFn<String, String> {
    private static final long serialVersionUID = 1L;

    @ProcessElement
    public void process(BoundedWindow window, OutputReceiver<String> out) {
      out.output(window.toString());
    }
  }

  @Test
  void onceIfTheWindowDoesNotMatter() {
    DoFnStep step = new DoFnStep(new PlainFn());
    step.run("a", META);
    assertThat(step.main.onlyMeta(), sameInstance(META));
  }

  @Test
  void oncePerWindowIfTheWindowIsObserved() {
    DoFnStep step = new DoFnStep(new WindowFn());
    step.run("a", META);
    assertThat(
        step.main.records,
        contains(
            new Collector.Received(A.toString(), META.withWindow(A)),
            new Collector.Received(B.toString(), META.withWindow(B))));
  }

  @Test
  void oncePerWindowIfThereAreSideInputs() {
    PCollectionView<String> view = Views.singleton();
    DoFnStep step = new DoFnStep(new PlainFn()).sideInput("tag", view, Views.windowOf(view));
    step.run("a", META);
    assertThat(step.main.values(), contains("a", "a"));
    assertThat(step.main.records.get(0).meta(), is(META.withWindow(A)));
    assertThat(step.main.records.get(1).meta(), is(META.withWindow(B)));
  }
}
