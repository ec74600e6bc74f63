package dev.microbatch.executor.grouping;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.display.DisplayData;
import org.apache.beam.sdk.transforms.windowing.WindowFn;
import org.apache.beam.sdk.transforms.windowing.WindowMappingFn;
import org.apache.beam.sdk.values.KV;

/**
 * Windows that merge, though not because they touch: one number in four puts up a lot for a while,
 * the others are bids, and a bid merges into the first lot that it falls into. Lots do not merge,
 * and a bid without a lot stays alone, so the windows of a key may overlap after they have merged.
 */
final class LotWindows extends WindowFn<Object, LotWindow> {

  private static final long serialVersionUID = 1L;

  private final long duration;

  /**
   * Creates the WindowFn.
   *
   * @param duration how long a lot is for sale, in milliseconds; up to twice as long for some
   */
  LotWindows(long duration) {
    this.duration = duration;
  }

  @Override
  public List<LotWindow> assignWindows(AssignContext context) {
    long start = context.timestamp().getMillis();
    long number = (Long) ((KV<?, ?>) context.element()).getValue() % 12;
    return List.of(
        number % 4 == 0
            ? new LotWindow(start, start + duration + number, true)
            : new LotWindow(start, start + 1 + number, false));
  }

  @Override
  public void mergeWindows(MergeContext context) throws Exception {
    List<LotWindow> lots = new ArrayList<>();
    List<LotWindow> bids = new ArrayList<>();
    for (LotWindow window : context.windows()) {
      (window.isLot() ? lots : bids).add(window);
    }
    lots.sort(Comparator.comparingLong(LotWindow::start).thenComparingLong(LotWindow::end));
    for (LotWindow lot : lots) {
      List<LotWindow> merged = new ArrayList<>();
      for (LotWindow bid : bids) {
        if (bid.start() >= lot.start() && bid.start() < lot.end()) {
          merged.add(bid);
        }
      }
      bids.removeAll(merged);
      if (!merged.isEmpty()) {
        merged.add(lot);
        context.merge(merged, lot);
      }
    }
  }

  @Override
  @Deprecated
  public boolean isCompatible(WindowFn<?, ?> other) {
    return other instanceof LotWindows of && of.duration == duration;
  }

  @Override
  public Coder<LotWindow> windowCoder() {
    return new LotWindow.WindowCoder();
  }

  @Override
  public WindowMappingFn<LotWindow> getDefaultWindowMappingFn() {
    throw new UnsupportedOperationException("lots are no side inputs");
  }

  @Override
  public void populateDisplayData(DisplayData.Builder builder) {
    builder.add(DisplayData.item("duration", duration));
  }
}
