package dev.microbatch.executor.view;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.util.List;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.testing.CrashingRunner;
import org.apache.beam.sdk.transforms.Create;
import org.apache.beam.sdk.transforms.View;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.Window;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.values.PCollectionView;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

class SideInputsTest {

  private static final Duration SIZE = Duration.millis(10);

  private static IntervalWindow window(long start) {
    return new IntervalWindow(Instant.ofEpochMilli(start), SIZE);
  }

  private static PCollectionView<?> view(WindowFn<Object, ?> windowFn) {
    PipelineOptions options = PipelineOptionsFactory.create();
    options.setRunner(CrashingRunner.class);
    return Pipeline.create(options)
        .apply(Create.of("unused"))
        .apply(Window.into(windowFn))
        .apply(View.asList());
  }

  @SuppressWarnings({"unchecked", "deprecation"}) // PCollectionView's accessors are for runners
  private static SideInputs reading(PCollectionView<?> view) {
    return new SideInputs(
        List.of(
            new SideInputs.Form(
                view,
                "view",
                (Coder<ViewPane>) (Coder<?>) ViewPaneCoder.of(StringUtf8Coder.of()),
                (Coder<BoundedWindow>)
                    view.getWindowingStrategyInternal().getWindowFn().windowCoder())),
        true);
  }

  @SuppressWarnings("deprecation") // PCollectionView's accessors are for runners
  private static void add(SideInputs sideInputs, PCollectionView<?> view, BoundedWindow window) {
    sideInputs.add(
        view.getTagInternal().getId(), window, 0, new ViewPane(List.of(window.toString())));
  }

  @Test
  void aWindowLivesUntilNoMainWindowEndsAsEarly() {
    PCollectionView<?> view = view(FixedWindows.of(SIZE));
    SideInputs sideInputs = reading(view);
    add(sideInputs, view, window(0));
    add(sideInputs, view, window(10));
    sideInputs.expire(9);
    assertThat(sideInputs.size(), is(2));
    sideInputs.expire(10);
    assertThat(sideInputs.size(), is(1));
    assertThat(sideInputs.isForgotten(view, window(0), 10), is(true));
    assertThat(sideInputs.isForgotten(view, window(0), 9), is(false));
    assertThat(sideInputs.isForgotten(view, window(10), 100), is(false));
  }

  @Test
  void aPaneThatNobodyCanAskForIsNotKept() {
    PCollectionView<?> view = view(FixedWindows.of(SIZE));
    SideInputs sideInputs = reading(view);
    sideInputs.expire(10);
    add(sideInputs, view, window(0));
    assertThat(sideInputs.size(), is(0));
  }

  @Test
  void aMappingThatLooksBackKeepsWindowsLonger() {
    PCollectionView<?> view = view(new BehindWindows(SIZE, SIZE.multipliedBy(2)));
    SideInputs sideInputs = reading(view);
    add(sideInputs, view, window(0));
    sideInputs.expire(29);
    assertThat(sideInputs.size(), is(1));
    sideInputs.expire(30);
    assertThat(sideInputs.size(), is(0));
  }

  @Test
  void theGlobalWindowIsNeverForgotten() {
    PCollectionView<?> view = view(new GlobalWindows());
    SideInputs sideInputs = reading(view);
    sideInputs.expire(BoundedWindow.TIMESTAMP_MAX_VALUE.getMillis());
    add(sideInputs, view, GlobalWindow.INSTANCE);
    sideInputs.expire(BoundedWindow.TIMESTAMP_MAX_VALUE.getMillis());
    assertThat(sideInputs.size(), is(1));
  }

  /** A walk over all of them in each batch would take hours. */
  @Test
  @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
  void whatIsNotDueIsNotLookedAt() {
    PCollectionView<?> view = view(FixedWindows.of(SIZE));
    SideInputs sideInputs = reading(view);
    int windows = 200_000;
    for (int i = 0; i < windows; i++) {
      add(sideInputs, view, window(10L * i));
    }
    for (int i = 0; i < windows; i++) {
      sideInputs.expire(10L * i + 10);
      assertThat(sideInputs.size(), is(windows - i - 1));
    }
  }
}
