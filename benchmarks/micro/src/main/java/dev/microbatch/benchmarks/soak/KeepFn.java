package dev.microbatch.benchmarks.soak;

import org.apache.beam.sdk.coders.VarLongCoder;
import org.apache.beam.sdk.state.StateSpec;
import org.apache.beam.sdk.state.StateSpecs;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.state.Timer;
import org.apache.beam.sdk.state.TimerSpec;
import org.apache.beam.sdk.state.TimerSpecs;
import org.apache.beam.sdk.state.ValueState;
import org.apache.beam.sdk.transforms.DoFn;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.PCollectionView;

/** Counts the records of a key in a window until its timer fires, and looks at a side input. */
final class KeepFn extends DoFn<KV<Long, Long>, Void> {

  private static final long serialVersionUID = 1L;

  private final PCollectionView<Long> ticks;

  @StateId("count")
  private final StateSpec<ValueState<Long>> countSpec = StateSpecs.value(VarLongCoder.of());

  @TimerId("end")
  private final TimerSpec endSpec = TimerSpecs.timer(TimeDomain.EVENT_TIME);

  KeepFn(PCollectionView<Long> ticks) {
    this.ticks = ticks;
  }

  /** Counts. */
  @ProcessElement
  public void process(
      ProcessContext context,
      BoundedWindow window,
      @StateId("count") ValueState<Long> count,
      @TimerId("end") Timer end) {
    if (context.sideInput(ticks) == 0) {
      Tally.WITHOUT_TICKS.count();
    }
    Long before = count.read();
    count.write(before == null ? 1 : before + 1);
    end.set(window.maxTimestamp());
  }

  /** Ends. */
  @OnTimer("end")
  public void end(@StateId("count") ValueState<Long> count) {
    if (count.read() != null) {
      Tally.KEPT.count();
    }
  }
}
