package dev.microbatch.executor.view;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import java.io.IOException;
import java.util.ArrayList;
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
        .apply(View.asIterable());
  }

  @SuppressWarnings({"unchecked", "deprecation"}) // PCollectionView's accessors are for runners
  private static SideInputs reading(PCollectionView<?> view) {
    return new SideInputs(
        List.of(
            new SideInputs.Layout(
                view,
                "view",
                (Coder<ViewPane>) (Coder<?>) ViewPaneCoder.of(StringUtf8Coder.of()),
                (Coder<BoundedWindow>)
                    view.getWindowingStrategyInternal().getWindowFn().windowCoder())),
        true);
  }

  private static void add(SideInputs sideInputs, PCollectionView<?> view, BoundedWindow window) {
    add(sideInputs, view, window, 0, window.toString());
  }

  @SuppressWarnings("deprecation") // PCollectionView's accessors are for runners
  private static void add(
      SideInputs sideInputs,
      PCollectionView<?> view,
      BoundedWindow window,
      long index,
      String... elements) {
    sideInputs.add(view.getTagInternal().getId(), window, index, new ViewPane(List.of(elements)));
  }

  /** What a user sees in the first window. */
  private static ImmutableList<Object> read(SideInputs sideInputs, PCollectionView<?> view) {
    return ImmutableList.copyOf((Iterable<?>) sideInputs.get(view, window(0)));
  }

  /** What it holds, given to one of another partition or process. */
  private static SideInputs restored(SideInputs from, PCollectionView<?> view) throws IOException {
    SideInputs to = reading(view);
    try (FrozenPart part = from.freeze(1, SnapshotScope.EVERYTHING)) {
      part.writeTo(to::restore);
    }
    return to;
  }

  @Test
  void aNewerPaneReplacesAnOlderOneAndNeverTheOtherWayRound() throws IOException {
    PCollectionView<?> view = view(FixedWindows.of(SIZE));
    SideInputs sideInputs = reading(view);
    add(sideInputs, view, window(0), 1, "b");
    assertThat(read(sideInputs, view), is(List.of("b")));
    add(sideInputs, view, window(0), 0, "a");
    assertThat(read(sideInputs, view), is(List.of("b")));
    add(sideInputs, view, window(0), 2, "c", "d");
    assertThat(read(sideInputs, view), is(List.of("c", "d")));
    assertThat(sideInputs.size(), is(1));
    SideInputs restored = restored(sideInputs, view);
    assertThat(read(restored, view), is(List.of("c", "d")));
    add(restored, view, window(0), 1, "b");
    assertThat(read(restored, view), is(List.of("c", "d")));
  }

  @Test
  void aWindowIsReadyWithAPaneOrWhenTheWatermarkHasPassedItsEnd() {
    PCollectionView<?> view = view(FixedWindows.of(SIZE));
    SideInputs sideInputs = reading(view);
    assertThat(sideInputs.isReady(view, window(0)), is(false));
    sideInputs.advance(id(view), 9);
    assertThat("at its end", sideInputs.isReady(view, window(0)), is(false));
    sideInputs.advance(id(view), 10);
    assertThat("behind its end", sideInputs.isReady(view, window(0)), is(true));
    assertThat(read(sideInputs, view), is(List.of()));
    assertThat(sideInputs.isReady(view, window(10)), is(false));
    add(sideInputs, view, window(10));
    assertThat(sideInputs.isReady(view, window(10)), is(true));
  }

  @Test
  void aPaneBehindAnEmptyViewReplacesIt() {
    PCollectionView<?> view = view(FixedWindows.of(SIZE));
    SideInputs sideInputs = reading(view);
    sideInputs.advance(id(view), 10);
    assertThat(read(sideInputs, view), is(List.of()));
    add(sideInputs, view, window(0), 0, "late");
    assertThat(read(sideInputs, view), is(List.of("late")));
  }

  @Test
  void whatIsForgottenLeavesTheCommits() throws IOException {
    PCollectionView<?> view = view(FixedWindows.of(SIZE));
    SideInputs sideInputs = reading(view);
    List<StateEntry> chain = new ArrayList<>();
    add(sideInputs, view, window(0));
    add(sideInputs, view, window(10));
    sideInputs.freeze(1, SnapshotScope.EVERYTHING).writeTo(chain::add);
    assertThat(chain.size(), is(2));
    sideInputs.expire(10);
    chain.clear();
    sideInputs.freeze(2, SnapshotScope.CHANGES).writeTo(chain::add);
    assertThat(chain.size(), is(1));
    assertThat(chain.get(0).op(), is(StateEntry.Op.DELETE));
    assertThat(restored(sideInputs, view).size(), is(1));
  }

  @Test
  void panesOfAViewThatIsNotReadAnyMoreArePassedOver() throws IOException {
    PCollectionView<?> view = view(FixedWindows.of(SIZE));
    SideInputs sideInputs = reading(view);
    add(sideInputs, view, window(0));
    SideInputs other = new SideInputs(List.of(), true);
    sideInputs.freeze(1, SnapshotScope.EVERYTHING).writeTo(other::restore);
    assertThat(other.size(), is(0));
    assertThat(other.isEmpty(), is(true));
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> other.get(view, window(0)));
    assertThat(refused.getMessage(), containsString("does not read the side input"));
  }

  @SuppressWarnings("deprecation") // PCollectionView's accessors are for runners
  private static String id(PCollectionView<?> view) {
    return view.getTagInternal().getId();
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
