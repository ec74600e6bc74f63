package dev.microbatch.executor.combine;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.Function;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;

/**
 * The windows of a record, in their order, as a key of a map.
 *
 * <p>Immutable and thread-safe.
 */
public final class WindowsKey {

  private final Collection<? extends BoundedWindow> source;
  private final Object[] comparables;
  private final int hash;

  private WindowsKey(Collection<? extends BoundedWindow> source, Object[] comparables) {
    this.source = source;
    this.comparables = comparables;
    // Windows that overlap differ in the first or in the last.
    this.hash =
        31 * (31 * comparables.length + comparables[0].hashCode())
            + comparables[comparables.length - 1].hashCode();
  }

  /**
   * Makes the key of windows.
   *
   * @param windows the windows as the record has them, at least one; records often share the
   *     collection
   * @param comparable gives the comparable form of a window
   */
  public static WindowsKey of(
      Collection<? extends BoundedWindow> windows, Function<BoundedWindow, Object> comparable) {
    Object[] comparables = new Object[windows.size()];
    int i = 0;
    for (BoundedWindow window : windows) {
      comparables[i++] = comparable.apply(window);
    }
    return new WindowsKey(windows, comparables);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // A shortcut: it is never changed.
  public boolean equals(Object other) {
    return other instanceof WindowsKey that
        && hash == that.hash
        && (source == that.source || Arrays.equals(comparables, that.comparables));
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
