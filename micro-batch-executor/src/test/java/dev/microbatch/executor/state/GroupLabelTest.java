package dev.microbatch.executor.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.SlidingWindows;
import org.apache.beam.sdk.util.CoderUtils;
import org.joda.time.Duration;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;

/** Entries say the windows of their group, and say them shortly. */
class GroupLabelTest {

  @SuppressWarnings("unchecked") // The windows are intervals.
  private static final Coder<BoundedWindow> WINDOWS =
      (Coder<BoundedWindow>) (Coder<?>) IntervalWindow.getCoder();

  private static BoundedWindow window(long start, long end) {
    return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(end));
  }

  private static StateEntry entry(GroupLabel label) {
    return GroupEntry.of(3, "k".getBytes(UTF_8), label, Change.CLEAR);
  }

  private static void assertComesBack(List<BoundedWindow> windows, String cell) throws Exception {
    GroupLabel label = GroupLabel.of(windows, WINDOWS);
    assertThat(label.cell(), is(cell));
    assertThat(GroupEntry.windows(entry(label), WINDOWS), is(windows));
  }

  @Test
  void oneWindowIsSaidAsItEverWas() throws Exception {
    BoundedWindow window = window(-5, 10);
    assertComesBack(List.of(window), "");
    assertThat(
        GroupLabel.of(List.of(window), WINDOWS).namespace(),
        is(CoderUtils.encodeToByteArray(WINDOWS, window)));
  }

  @Test
  void slidingWindowsAreSaidByTwoOfThem() throws Exception {
    SlidingWindows sliding =
        SlidingWindows.of(Duration.millis(60_000)).every(Duration.millis(1000));
    List<BoundedWindow> windows = new ArrayList<>(sliding.assignWindows(new Instant(1234)));
    assertComesBack(windows, GroupLabel.SPACED);
    assertThat(GroupLabel.of(windows, WINDOWS).namespace().length, lessThan(30));
    Collections.reverse(windows);
    assertComesBack(windows, GroupLabel.SPACED);
  }

  @Test
  void windowsMayBeAsTheyLike() throws Exception {
    assertComesBack(List.of(window(0, 10), window(5, 15)), GroupLabel.LISTED);
    assertComesBack(List.of(window(0, 10), window(5, 15), window(10, 21)), GroupLabel.LISTED);
    assertComesBack(List.of(window(0, 10), window(0, 20), window(0, 30)), GroupLabel.SPACED);
    assertComesBack(List.of(window(0, 10), window(0, 10), window(0, 10)), GroupLabel.SPACED);
  }

  @Test
  void whatIsForgedIsRefused() {
    GroupLabel spaced = GroupLabel.of(List.of(window(0, 9), window(0, 6), window(0, 3)), WINDOWS);
    byte[] manyTooMany = spaced.namespace().clone();
    manyTooMany[0] = 5; // the fifth would end before it begins
    byte[] cut = Arrays.copyOf(spaced.namespace(), spaced.namespace().length - 1);
    byte[] longer = Arrays.copyOf(spaced.namespace(), spaced.namespace().length + 1);
    for (GroupLabel forged :
        List.of(
            new GroupLabel(GroupLabel.SPACED, manyTooMany),
            new GroupLabel(GroupLabel.SPACED, cut),
            new GroupLabel(GroupLabel.SPACED, longer),
            new GroupLabel(GroupLabel.LISTED, cut),
            new GroupLabel("other", spaced.namespace()),
            new GroupLabel("", spaced.namespace()))) {
      assertThrows(MalformedEntryException.class, () -> GroupEntry.windows(entry(forged), WINDOWS));
    }
  }
}
