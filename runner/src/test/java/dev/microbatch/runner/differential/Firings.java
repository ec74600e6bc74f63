package dev.microbatch.runner.differential;

import org.apache.beam.sdk.transforms.windowing.AfterWatermark;
import org.apache.beam.sdk.transforms.windowing.DefaultTrigger;
import org.apache.beam.sdk.transforms.windowing.GlobalWindows;
import org.apache.beam.sdk.transforms.windowing.Never;
import org.apache.beam.sdk.transforms.windowing.Trigger;
import org.apache.beam.sdk.values.PCollection;
import org.apache.beam.sdk.values.WindowingStrategy.AccumulationMode;

/** What the windowing strategy of a PCollection says about how a grouping of it will fire. */
final class Firings {

  private Firings() {}

  /** Whether it fires once per window when nothing is late. */
  static boolean isOnce(PCollection<?> input) {
    Trigger trigger = input.getWindowingStrategy().getTrigger();
    return trigger instanceof DefaultTrigger
        || trigger instanceof Never.NeverTrigger
        || trigger instanceof AfterWatermark.FromEndOfWindow
        || (trigger instanceof AfterWatermark.AfterWatermarkEarlyAndLate both
            && both.getEarlyTrigger() instanceof Never.NeverTrigger);
  }

  /** Whether it fires early, and again when the watermark passes the end of the window. */
  static boolean isEarly(PCollection<?> input) {
    return input.getWindowingStrategy().getTrigger()
            instanceof AfterWatermark.AfterWatermarkEarlyAndLate
        && !isOnce(input);
  }

  static boolean isAccumulating(PCollection<?> input) {
    return input.getWindowingStrategy().getMode() != AccumulationMode.DISCARDING_FIRED_PANES;
  }

  static boolean isGlobal(PCollection<?> input) {
    return input.getWindowingStrategy().getWindowFn() instanceof GlobalWindows;
  }
}
