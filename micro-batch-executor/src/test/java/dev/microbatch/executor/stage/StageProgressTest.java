package dev.microbatch.executor.stage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import dev.microbatch.executor.operator.StageTimes;
import dev.microbatch.executor.state.FrozenPart;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The times of a stage, and what a commit holds of them. */
class StageProgressTest {

  private static StageProgress at(int partition, long time, boolean behind) {
    StageProgress progress = new StageProgress(partition, true);
    StageTimes times = progress.times();
    times.advanceWatermark(time - 5);
    times.settleWatermark();
    times.advanceWatermark(time);
    times.advanceSynchronizedProcessingTime(time + 1);
    progress.inputLag().apply(time + 2, behind);
    progress.outputLag().apply(time + 3, behind);
    progress.send(new Times(time - 1, time - 2));
    return progress;
  }

  private static List<StateEntry> frozen(StageProgress progress, SnapshotScope scope)
      throws IOException {
    List<StateEntry> entries = new ArrayList<>();
    try (FrozenPart part = progress.freeze(1, scope)) {
      part.writeTo(entries::add);
    }
    return entries;
  }

  private static StageProgress restored(StageProgress... from) throws IOException {
    StageProgress progress = new StageProgress(0, true);
    for (StageProgress each : from) {
      for (StateEntry entry : frozen(each, SnapshotScope.EVERYTHING)) {
        assertThat(progress.owns(entry), is(true));
        progress.restore(entry);
      }
    }
    return progress;
  }

  private static void assertAt(StageProgress progress, long time, boolean behind) {
    assertThat(progress.times().inputWatermark(), is(time));
    assertThat(progress.times().settledWatermark(), is(time - 5));
    assertThat(progress.times().synchronizedProcessingTime(), is(time + 1));
    assertThat(progress.inputLag().asked(), is(time + 2));
    assertThat(progress.inputLag().isBehind(), is(behind));
    assertThat(progress.outputLag().asked(), is(time + 3));
    assertThat(progress.outputLag().isBehind(), is(behind));
    assertThat(progress.sent(), is(new Times(time - 1, time - 2)));
  }

  @Test
  void everyTimeIsTakenBack() throws IOException {
    assertAt(restored(at(0, 100, false)), 100, false);
    assertAt(restored(at(0, 100, true)), 100, true);
  }

  @Test
  void ofSeveralPartitionsEachTimeIsTheEarliest() throws IOException {
    assertAt(restored(at(0, 300, false), at(1, 100, false), at(2, 200, true)), 100, true);
  }

  @Test
  void whatIsSentNeverGoesBack() throws IOException {
    StageProgress progress = restored(at(0, 100, false));
    progress.send(new Times(50, 120));
    assertThat(progress.sent(), is(new Times(99, 120)));
  }

  @Test
  void timesThatStandStillAreWrittenOnce() throws IOException {
    StageProgress progress = at(3, 100, false);
    assertThat(frozen(progress, SnapshotScope.EVERYTHING), hasSize(1));
    assertThat(frozen(progress, SnapshotScope.CHANGES), is(empty()));
    progress.times().advanceWatermark(101);
    assertThat(frozen(progress, SnapshotScope.CHANGES), hasSize(1));
  }
}
