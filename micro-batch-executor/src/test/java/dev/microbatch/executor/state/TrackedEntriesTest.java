package dev.microbatch.executor.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

class TrackedEntriesTest {

  private static final int NONE = StateEntry.NO_KEY_GROUP;

  private final TrackedEntries entries = new TrackedEntries(StateEntry.Kind.WITHHELD, true);

  private void put(int keyGroup, String cell) {
    entries.put(keyGroup, "", cell, () -> cell.getBytes(UTF_8));
  }

  /** What is written, each entry as its operation, cell and key group. */
  private List<String> freeze(SnapshotScope scope) throws IOException {
    List<String> written = new ArrayList<>();
    FrozenPart part = entries.freeze(scope);
    part.writeTo(entry -> written.add(entry.op() + " " + entry.cell() + " " + entry.keyGroup()));
    assertThat(part.isEmpty(), is(written.isEmpty()));
    part.close();
    return written;
  }

  private static SnapshotScope whole(boolean unkeyed, int first, int end) {
    return new SnapshotScope(unkeyed, new KeyGroupRange(first, end));
  }

  @Test
  void changesAreWrittenOnce() throws IOException {
    put(NONE, "a");
    put(3, "b");
    assertThat(freeze(SnapshotScope.CHANGES), contains("PUT a -1", "PUT b 3"));
    put(3, "b");
    entries.remove("", "a");
    assertThat(freeze(SnapshotScope.CHANGES), contains("PUT b 3", "DELETE a -1"));
    assertThat(freeze(SnapshotScope.CHANGES), is(empty()));
  }

  @Test
  void whatIsAskedForAsAWholeIsWrittenWithoutAChange() throws IOException {
    put(NONE, "a");
    put(3, "b");
    put(7, "c");
    freeze(SnapshotScope.CHANGES);
    assertThat(freeze(whole(false, 2, 5)), contains("PUT b 3"));
    assertThat(freeze(whole(true, 7, 8)), contains("PUT a -1", "PUT c 7"));
    assertThat(freeze(SnapshotScope.CHANGES), is(empty()));
  }

  @Test
  void ofAllElseTheChangesAreWritten() throws IOException {
    put(3, "b");
    put(7, "c");
    freeze(SnapshotScope.CHANGES);
    put(3, "b");
    put(7, "d");
    assertThat(freeze(whole(false, 3, 4)), contains("PUT b 3", "PUT d 7"));
    assertThat("each once", freeze(SnapshotScope.CHANGES), is(empty()));
  }

  @Test
  void removalsAreSaidEvenWithinWhatIsWrittenAsAWhole() throws IOException {
    put(NONE, "a");
    put(NONE, "b");
    freeze(SnapshotScope.CHANGES);
    entries.remove("", "a");
    assertThat(freeze(whole(true, 0, 0)), contains("PUT b -1", "DELETE a -1"));
  }

  @Test
  void whatWasNeverWrittenIsNotRemoved() throws IOException {
    put(NONE, "a");
    entries.remove("", "a");
    assertThat(freeze(whole(true, 0, 0)), is(empty()));
  }

  @Test
  void everythingIsWhatIsThere() throws IOException {
    put(NONE, "a");
    put(3, "b");
    freeze(SnapshotScope.CHANGES);
    entries.remove("", "a");
    assertThat(freeze(SnapshotScope.EVERYTHING), contains("PUT b 3"));
    assertThat(freeze(SnapshotScope.CHANGES), is(empty()));
  }

  @Test
  void whatWasStoredIsRemovedThoughItCameAgainMeanwhile() throws IOException {
    put(NONE, "a");
    freeze(SnapshotScope.CHANGES);
    entries.remove("", "a");
    put(NONE, "a");
    entries.remove("", "a");
    assertThat(freeze(SnapshotScope.CHANGES), contains("DELETE a -1"));
    assertThat(freeze(SnapshotScope.EVERYTHING), is(empty()));
  }

  private static List<String> written(FrozenPart part) throws IOException {
    List<String> written = new ArrayList<>();
    part.writeTo(entry -> written.add(entry.op() + " " + entry.cell()));
    return written;
  }

  @Test
  void whatIsCapturedStaysWhileItsSourceGoesOn() throws IOException {
    put(NONE, "a");
    put(NONE, "b");
    put(3, "c");
    FrozenPart first = entries.freeze(SnapshotScope.EVERYTHING);
    entries.remove("", "a");
    put(NONE, "d");
    entries.remove(3, "", "c");
    put(NONE, "e");
    entries.remove("", "e");
    FrozenPart second = entries.freeze(whole(true, 0, 0));
    put(NONE, "f");

    assertThat(written(first), contains("PUT a", "PUT b", "PUT c"));
    first.close();
    assertThat(written(second), contains("PUT b", "PUT d", "DELETE a", "DELETE c"));
    second.close();
    assertThat(freeze(SnapshotScope.CHANGES), contains("PUT f -1"));
    assertThat(freeze(SnapshotScope.EVERYTHING), contains("PUT b -1", "PUT d -1", "PUT f -1"));
  }

  /** A walk over all of them in each freeze would take hours. */
  @Test
  @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
  void aTurnThatIsCapturedDoesNotWalkOverWhatIsLive() {
    for (int i = 0; i < 200_000; i++) {
      put(i % 2 == 0 ? NONE : 3, "" + i);
    }
    entries.freeze(SnapshotScope.CHANGES).close();
    for (int turn = 0; turn < 200_000; turn++) {
      entries.remove("", "" + 2 * turn);
      put(NONE, "" + 2 * turn);
      entries.freeze(whole(turn % 2 == 0, 0, 5)).close();
    }
  }

  /** To clear a hash map takes as long as it was ever large: for all of these, minutes. */
  @Test
  @Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
  void aCommitAfterALargeOneIsAsCheapAsTheOneBefore() {
    put(NONE, "0");
    FrozenPart large = entries.freeze(whole(true, 0, 0));
    for (int i = 0; i < 1_000_000; i++) {
      put(NONE, "" + i);
    }
    large.close();
    for (int commit = 0; commit < 1_000_000; commit++) {
      FrozenPart small = entries.freeze(whole(true, 0, 0));
      put(NONE, "0");
      small.close();
    }
  }
}
