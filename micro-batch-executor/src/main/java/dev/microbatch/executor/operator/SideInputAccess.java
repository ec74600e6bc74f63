package dev.microbatch.executor.operator;

import dev.microbatch.executor.plan.StepSpec;
import java.util.Map;
import java.util.Objects;
import org.apache.beam.runners.core.SideInputReader;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.PCollectionView;
import org.checkerframework.checker.nullness.qual.Nullable;

/** The side inputs of a DoFn, as seen from the window of its element. */
final class SideInputAccess {

  private final @Nullable SideInputReader reader;
  private final Map<String, PCollectionView<?>> byTag;

  // Asking for the same view from the same window again and again is the rule.
  private @Nullable PCollectionView<?> lastView;
  private @Nullable BoundedWindow lastWindow;
  private @Nullable BoundedWindow lastMapped;

  SideInputAccess(StepSpec.ParDo spec, @Nullable SideInputReader reader) {
    if (reader == null && !spec.sideInputs().isEmpty()) {
      throw new IllegalArgumentException("side inputs are declared, but none can be read");
    }
    this.reader = reader;
    this.byTag = spec.sideInputMapping();
  }

  /**
   * The contents of a view for an element.
   *
   * @param view the view
   * @param window the element's only window
   * @param <T> the type of the contents
   */
  @SuppressWarnings(
      "ReferenceEquality") // A shortcut: user code keeps its view, records share windows.
  <T> T get(PCollectionView<T> view, BoundedWindow window) {
    if (view != lastView || window != lastWindow) {
      lastMapped = map(view, window);
      lastView = view;
      lastWindow = window;
    }
    return reader.get(view, lastMapped);
  }

  private BoundedWindow map(PCollectionView<?> view, BoundedWindow window) {
    Objects.requireNonNull(view, "The view of a side input is null");
    if (reader == null || !reader.contains(view)) {
      throw new IllegalArgumentException(
          "calling sideInput() with unknown view " + view + "; name it in ParDo.withSideInputs()");
    }
    return view.getWindowMappingFn().getSideInputWindow(window);
  }

  /** The contents of the view that is bound to a parameter. */
  @Nullable Object get(String tag, BoundedWindow window) {
    PCollectionView<?> view = byTag.get(tag);
    if (view == null) {
      throw new IllegalStateException("No side input has the tag " + tag);
    }
    return get(view, window);
  }
}
