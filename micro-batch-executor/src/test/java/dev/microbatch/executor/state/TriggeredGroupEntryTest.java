package dev.microbatch.executor.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.state.StateEntry.Kind;
import dev.microbatch.executor.state.StateEntry.Op;
import dev.microbatch.executor.state.TriggeredGroupEntry.LastPane;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A group comes back with its hold, its panes and its trigger, or it is said why not. */
class TriggeredGroupEntryTest {

  private static final byte[] KEY = "key".getBytes(UTF_8);
  private static final BoundedWindow FIRST = window(0);
  private static final BoundedWindow SECOND = window(500);

  @SuppressWarnings("unchecked")
  private static <T> Coder<T> coder(Coder<?> coder) {
    return (Coder<T>) coder;
  }

  private static final Coder<Object> STRINGS = coder(StringUtf8Coder.of());
  private static final Coder<BoundedWindow> WINDOWS = coder(IntervalWindow.getCoder());

  private static BoundedWindow window(long start) {
    return new IntervalWindow(Instant.ofEpochMilli(start), Instant.ofEpochMilli(start + 1000));
  }

  private static TriggeredGroupEntry group(LastPane lastPane) {
    return new TriggeredGroupEntry(-12L, lastPane, 300, new byte[] {1, 0, 2}, List.of("a", "b"));
  }

  private static StateEntry entry(TriggeredGroupEntry group) throws IOException {
    byte[] namespace = TriggeredGroupEntry.namespace(List.of(FIRST), WINDOWS);
    return group.entry(5, KEY, namespace, Op.PUT, STRINGS);
  }

  private static void assertSame(TriggeredGroupEntry group, TriggeredGroupEntry other) {
    assertThat(other.hold(), is(group.hold()));
    assertThat(other.lastPane(), is(group.lastPane()));
    assertThat(other.additions(), is(group.additions()));
    assertThat(other.trigger(), is(group.trigger()));
    assertThat(other.content(), is(group.content()));
  }

  private static String refusal(StateEntry entry) {
    return assertThrows(
            MalformedEntryException.class, () -> TriggeredGroupEntry.parse(entry, STRINGS))
        .getMessage();
  }

  private static StateEntry with(StateEntry entry, Kind kind, Op op, byte[] value) {
    return new StateEntry(
        entry.keyGroup(), entry.key(), kind, entry.namespace(), entry.cell(), op, value);
  }

  @ParameterizedTest
  @EnumSource(PaneInfo.Timing.class)
  void comesBack(PaneInfo.Timing timing) throws IOException {
    TriggeredGroupEntry group = group(new LastPane(200, -1, timing));
    assertSame(group, TriggeredGroupEntry.parse(entry(group), STRINGS));
  }

  @Test
  void comesBackWithoutHoldPaneOrContent() throws IOException {
    TriggeredGroupEntry group = new TriggeredGroupEntry(null, null, 0, new byte[0], List.of());
    StateEntry entry = entry(group);
    assertThat("flags, additions, trigger, content", entry.value().length, is(4));
    assertSame(group, TriggeredGroupEntry.parse(entry, STRINGS));
  }

  @Test
  void belongsToOneWindowOrToSeveral() throws IOException {
    for (List<BoundedWindow> windows : List.of(List.of(FIRST), List.of(FIRST, SECOND))) {
      byte[] namespace = TriggeredGroupEntry.namespace(windows, WINDOWS);
      StateEntry entry = TriggeredGroupEntry.allGone(namespace);
      assertThat(entry.keyGroup(), is(StateEntry.NO_KEY_GROUP));
      assertThat(TriggeredGroupEntry.windows(entry, WINDOWS), is(windows));
      StateEntry cut =
          TriggeredGroupEntry.gone(5, KEY, Arrays.copyOf(namespace, namespace.length - 1));
      assertThrows(MalformedEntryException.class, () -> TriggeredGroupEntry.windows(cut, WINDOWS));
    }
  }

  @Test
  void isRefusedWhenItBreaksOffOrGoesOn() throws IOException {
    StateEntry entry = entry(group(new LastPane(2, 1, PaneInfo.Timing.LATE)));
    byte[] value = entry.value();
    for (int length = 0; length < value.length; length++) {
      refusal(with(entry, entry.kind(), Op.PUT, Arrays.copyOf(value, length)));
    }
    assertThat(
        refusal(with(entry, entry.kind(), Op.PUT, Arrays.copyOf(value, value.length + 1))),
        containsString("it has 1 bytes too many"));
  }

  @Test
  void isRefusedWhenItIsForged() throws IOException {
    StateEntry entry = entry(group(new LastPane(2, 1, PaneInfo.Timing.LATE)));
    Kind kind = entry.kind();
    assertThat(
        refusal(with(entry, Kind.GROUP, Op.PUT, entry.value())),
        containsString("an entry of the kind TRIGGERED_GROUP belongs here"));
    assertThat(
        refusal(with(entry, kind, Op.DELETE, entry.value())),
        containsString("a group is put or appended to, and this is DELETE"));
    assertThat(
        refusal(with(entry, kind, Op.PUT, new byte[] {4})), containsString("its flags are 4"));
    assertThat(
        refusal(with(entry, kind, Op.PUT, new byte[] {2, 0, 0, 4})),
        containsString("its timing of the last pane is 4"));
    assertThat(
        refusal(with(entry, kind, Op.PUT, new byte[] {0, 0, -1, -1, -1, -1, 7})),
        containsString(
            "its memory of the trigger has a length of 2147483647 bytes, and 0 are left"));
  }
}
