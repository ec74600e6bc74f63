package dev.microbatch.executor.grouping;

import dev.microbatch.executor.grouping.GroupingCase.Arrival;
import dev.microbatch.executor.grouping.GroupingCase.Round;
import dev.microbatch.executor.stage.RunningStage.Manner;
import dev.microbatch.executor.state.StateBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.beam.sdk.transforms.windowing.Repeatedly;
import org.apache.beam.sdk.transforms.windowing.TimestampCombiner;
import org.apache.beam.sdk.transforms.windowing.Trigger;
import org.apache.beam.sdk.transforms.windowing.Window.ClosingBehavior;
import org.apache.beam.sdk.transforms.windowing.Window.OnTimeBehavior;
import org.apache.beam.sdk.values.WindowingStrategy;
import org.apache.beam.sdk.values.WindowingStrategy.AccumulationMode;
import org.joda.time.Duration;

/**
 * Makes a case that fails smaller: drops rounds and records, restarts and drains, and makes the
 * windowing plainer, as long as it still fails.
 */
final class CaseShrinker {

  private static final int ATTEMPTS = 2_000;

  private final Predicate<GroupingCase> fails;
  private int left = ATTEMPTS;
  private GroupingCase best;

  private CaseShrinker(GroupingCase first, Predicate<GroupingCase> fails) {
    this.best = first;
    this.fails = fails;
  }

  /** The smallest case that was found. */
  static GroupingCase shrink(GroupingCase failing, Predicate<GroupingCase> fails) {
    CaseShrinker shrinker = new CaseShrinker(failing, fails);
    GroupingCase before;
    do {
      before = shrinker.best;
      shrinker.rounds();
      shrinker.arrivals();
      shrinker.manner();
      shrinker.windowing();
    } while (!shrinker.best.equals(before) && shrinker.left > 0);
    return shrinker.best;
  }

  private boolean attempt(GroupingCase smaller) {
    if (left > 0 && !smaller.equals(best)) {
      left--;
      if (fails.test(smaller)) {
        best = smaller;
        return true;
      }
    }
    return false;
  }

  private void rounds() {
    // The last round is the end of time, without which panes stay where they are.
    for (int i = best.rounds().size() - 2; i >= 0; i--) {
      List<Round> rounds = new ArrayList<>(best.rounds());
      Round removed = rounds.remove(i);
      if (!attempt(best.withRounds(rounds))) {
        for (Round plainer :
            List.of(removed.withoutRestart(), removed.withoutDrain(), removed.settled())) {
          attempt(replaced(i, plainer));
        }
      }
    }
  }

  private GroupingCase replaced(int index, Round round) {
    List<Round> rounds = new ArrayList<>(best.rounds());
    rounds.set(index, round);
    return best.withRounds(rounds);
  }

  private void arrivals() {
    for (int i = 0; i < best.rounds().size(); i++) {
      for (int j = best.rounds().get(i).arrivals().size() - 1; j >= 0; j--) {
        List<Arrival> arrivals = new ArrayList<>(best.rounds().get(i).arrivals());
        arrivals.remove(j);
        attempt(replaced(i, best.rounds().get(i).withArrivals(arrivals)));
      }
    }
  }

  private void manner() {
    Manner manner = best.manner();
    attempt(best.withParallelism(1));
    attempt(best.withContent(Content.GATHERED));
    attempt(
        best.withManner(new Manner(StateBackend.HEAP, manner.commits(), false, false, false, 1)));
    attempt(
        best.withManner(
            new Manner(StateBackend.HEAP, manner.commits(), manner.writesLate(), false, false, 1)));
  }

  private void windowing() {
    WindowingStrategy<?, ?> windowing = best.windowing();
    for (Trigger part : windowing.getTrigger().subTriggers()) {
      attempt(best.withWindowing(windowing.withTrigger(part)));
      attempt(best.withWindowing(windowing.withTrigger(Repeatedly.forever(part))));
    }
    attempt(best.withWindowing(best.windowing().withAllowedLateness(Duration.ZERO)));
    attempt(best.withWindowing(best.windowing().withMode(AccumulationMode.DISCARDING_FIRED_PANES)));
    attempt(
        best.withWindowing(
            best.windowing().withTimestampCombiner(TimestampCombiner.END_OF_WINDOW)));
    attempt(
        best.withWindowing(
            best.windowing().withClosingBehavior(ClosingBehavior.FIRE_IF_NON_EMPTY)));
    attempt(best.withWindowing(best.windowing().withOnTimeBehavior(OnTimeBehavior.FIRE_ALWAYS)));
  }
}
