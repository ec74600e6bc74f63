package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import java.util.Collection;
import java.util.List;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.FixedWindows;
import org.apache.beam.sdk.transforms.windowing.GlobalWindow;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.PartitioningWindowFn;
import org.apache.beam.sdk.transforms.windowing.Sessions;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.transforms.windowing.WindowFn;

/** Finds the windows of a record: what a WindowFn says, by the cheapest way that says the same. */
interface WindowAssigner {

  /**
   * Assigns windows.
   *
   * @param value the value
   * @param meta its metadata; it is in exactly one window
   * @return the windows, never to be changed; records that agree may share the collection
   * @throws Exception what the WindowFn threw
   */
  Collection<? extends BoundedWindow> assign(Object value, Meta meta) throws Exception;

  /** Whether the windows follow from the timestamp alone. */
  boolean byTimeAlone();

  /** Chooses the assigner for a WindowFn. */
  @SuppressWarnings("unchecked") // Types were checked when the pipeline was built.
  static WindowAssigner of(WindowFn<?, ?> fn) {
    if (fn instanceof GlobalWindows) {
      return new Global();
    } else if (fn instanceof FixedWindows fixed) {
      return new FixedWindowAssigner(fixed);
    } else if (fn instanceof SlidingWindows sliding) {
      return new SlidingWindowAssigner(sliding);
    } else if (fn.getClass() == Sessions.class) {
      return new SessionWindowAssigner((Sessions) fn);
    } else if (fn instanceof PartitioningWindowFn<?, ?> partitioning) {
      return new PartitioningWindowAssigner(partitioning);
    }
    return new GeneralWindowAssigner((WindowFn<Object, BoundedWindow>) fn);
  }

  /** The global window. */
  final class Global implements WindowAssigner {
    private static final List<GlobalWindow> WINDOWS = List.of(GlobalWindow.INSTANCE);

    private Global() {}

    @Override
    public Collection<? extends BoundedWindow> assign(Object value, Meta meta) {
      return meta.window() instanceof GlobalWindow ? meta.windows() : WINDOWS;
    }

    @Override
    public boolean byTimeAlone() {
      return true;
    }
  }
}
