package dev.microbatch.executor.operator;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.Receiver;
import dev.microbatch.executor.state.LastPane;
import dev.microbatch.executor.state.TriggeredGroup;
import dev.microbatch.executor.state.TriggeredGroups;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.transforms.windowing.PaneInfo.Timing;
import org.apache.beam.sdk.transforms.windowing.Window.ClosingBehavior;
import org.apache.beam.sdk.transforms.windowing.Window.OnTimeBehavior;
import org.apache.beam.sdk.values.CausedByDrain;
import org.apache.beam.sdk.values.KV;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.apache.beam.sdk.values.WindowingStrategy.AccumulationMode;

/**
 * The panes of groups: whether one is put out at all, when it was due, which number it has, by the
 * rules of Beam's {@code ReduceFnRunner} and {@code PaneInfoTracker}.
 */
final class GroupPanes {

  private final TriggeredGroups groups;
  private final GroupHolds holds;
  private final StageTimes times;
  private final Receiver output;
  private final boolean discarding;
  private final boolean alwaysOnTime;
  private final boolean alwaysAtClosing;

  /** What the last pane was put out with: the next one may have the same. */
  private Meta last = Meta.GLOBAL;

  GroupPanes(
      WindowingStrategy<?, ?> windowing,
      TriggeredGroups groups,
      GroupHolds holds,
      StageTimes times,
      Receiver output) {
    this.groups = groups;
    this.holds = holds;
    this.times = times;
    this.output = output;
    this.discarding = windowing.getMode() == AccumulationMode.DISCARDING_FIRED_PANES;
    this.alwaysOnTime = windowing.getOnTimeBehavior() == OnTimeBehavior.FIRE_ALWAYS;
    this.alwaysAtClosing = windowing.getClosingBehavior() == ClosingBehavior.FIRE_ALWAYS;
  }

  /**
   * Fires a group that is changing: puts its pane out unless that is empty and not wanted, and
   * releases its hold.
   *
   * @param isLast whether it fires for the last time
   * @param drain whether it fires because the pipeline is being drained
   */
  void fire(TriggeredGroup group, boolean isLast, CausedByDrain drain) {
    long timestamp = Math.min(group.hold(), group.end());
    group.release();
    if (!isLast && alwaysAtClosing) {
      holds.holdForExpiry(group); // for the last pane, which will come even if it is empty
    }
    boolean empty = discarding ? !group.hasContent() : group.additions() == 0;
    LastPane pane = next(group);
    if (!empty
        || (alwaysOnTime && pane.timing() == Timing.ON_TIME)
        || (alwaysAtClosing && isLast)) {
      PaneInfo info =
          PaneInfo.createPane(
              group.lastPane() == null,
              isLast,
              pane.timing(),
              pane.index(),
              pane.nonSpeculativeIndex());
      group.setLastPane(isLast ? null : pane);
      Object result = groups.pane(group, !isLast && !discarding);
      output.process(KV.of(group.key().key(), result), meta(timestamp, group, info, drain));
    }
    group.clearAdditions();
    if (isLast || discarding) {
      groups.removeContent(group);
    }
  }

  private LastPane next(TriggeredGroup group) {
    LastPane previous = group.lastPane();
    long index = previous == null ? 0 : previous.index() + 1;
    long nonSpeculative = previous == null ? 0 : previous.nonSpeculativeIndex() + 1;
    boolean onlyEarly = previous == null || previous.timing() == Timing.EARLY;
    if (group.end() < holds.outputWatermark() || !onlyEarly) {
      return new LastPane(index, nonSpeculative, Timing.LATE);
    }
    return times.inputWatermark() <= group.end()
        ? new LastPane(index, -1, Timing.EARLY)
        : new LastPane(index, nonSpeculative, Timing.ON_TIME);
  }

  private Meta meta(long timestamp, TriggeredGroup group, PaneInfo pane, CausedByDrain drain) {
    BoundedWindow window = group.window();
    if (last.timestamp() != timestamp
        || last.causedByDrain() != drain
        || !last.pane().equals(pane)
        || !last.window().equals(window)) {
      Meta made = Meta.of(timestamp, window, pane);
      last = drain == CausedByDrain.NORMAL ? made : made.withCausedByDrain(drain);
    }
    return last;
  }
}
