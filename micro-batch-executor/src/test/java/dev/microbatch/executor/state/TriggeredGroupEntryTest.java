package dev.microbatch.executor.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.state.StateEntry.Kind;
import dev.microbatch.executor.state.StateEntry.Op;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.values.CausedByDrain;
import org.joda.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A group comes back with its hold, its panes and its trigger, or it is said why not. */
class TriggeredGroupEntryTest {

  private static final byte[] KEY = "key".getBytes(UTF_8);
  private static final int NUMBERS = 2;
  private static final BoundedWindow WINDOW =
      new IntervalWindow(Instant.ofEpochMilli(0), Instant.ofEpochMilli(1000));

  @SuppressWarnings("unchecked")
  private static <T> Coder<T> coder(Coder<?> coder) {
    return (Coder<T>) coder;
  }

  private static final Coder<Object> STRINGS = coder(StringUtf8Coder.of());
  private static final Coder<BoundedWindow> WINDOWS = coder(IntervalWindow.getCoder());

  private static TriggeredGroup empty() {
    return new TriggeredGroup(new KeyWindows("key", "key", 7), WINDOW, true);
  }

  private static TriggeredGroup group(LastPane lastPane) {
    TriggeredGroup group = empty();
    TriggerMemory memory = new TriggerMemory(NUMBERS);
    memory.set(1, -300);
    memory.addWakeUp(TimeDomain.PROCESSING_TIME, 12, true);
    memory.addWakeUp(TimeDomain.SYNCHRONIZED_PROCESSING_TIME, -5, false);
    group.setMemory(memory);
    group.holdAt(-12, true);
    group.setWakesAtEnd(true);
    group.setLastPane(lastPane);
    group.addAdditions(300);
    return group;
  }

  private static StateEntry entry(TriggeredGroup group, List<String> values) throws IOException {
    Change content = Changes.of(Op.PUT, values, STRINGS::encode).next();
    byte[] namespace = TriggeredGroupEntry.namespace(WINDOW, WINDOWS);
    return TriggeredGroupEntry.of(5, KEY, namespace, TriggeredGroupEntry.header(group), content);
  }

  private static TriggeredGroup read(StateEntry entry, int numbers, List<String> values)
      throws IOException {
    TriggeredGroup group = empty();
    assertThat(TriggeredGroupEntry.read(entry, group, numbers, STRINGS), is(values));
    return group;
  }

  private static StateEntry gone(byte[] namespace) {
    return TriggeredGroupEntry.of(5, KEY, namespace, new byte[0], Change.CLEAR);
  }

  private static String refusal(StateEntry entry) {
    return assertThrows(
            MalformedEntryException.class,
            () -> TriggeredGroupEntry.read(entry, empty(), NUMBERS, STRINGS))
        .getMessage();
  }

  private static StateEntry with(StateEntry entry, Kind kind, Op op, byte[] value) {
    return new StateEntry(
        entry.keyGroup(), entry.key(), kind, entry.namespace(), entry.cell(), op, value);
  }

  @ParameterizedTest
  @EnumSource(PaneInfo.Timing.class)
  void comesBack(PaneInfo.Timing timing) throws IOException {
    TriggeredGroup group = group(new LastPane(200, -1, timing));
    StateEntry entry = entry(group, List.of("a", "b"));
    TriggeredGroup back = read(entry, NUMBERS, List.of("a", "b"));
    assertThat(back.hold(), is(-12L));
    assertThat(back.isHeldForExpiry(), is(true));
    assertThat(back.wakesAtEnd(), is(true));
    assertThat(back.lastPane(), is(group.lastPane()));
    assertThat(back.additions(), is(300));
    assertThat(back.memory().get(0), is(0L));
    assertThat(back.memory().get(1), is(-300L));
    assertThat(back.memory().hasWakeUp(TimeDomain.PROCESSING_TIME, 12), is(true));
    assertThat(back.memory().takeDue(13, -5), is(CausedByDrain.CAUSED_BY_DRAIN));
    assertThat(back.memory().takeDue(13, -4), is(CausedByDrain.NORMAL));
    assertThat(TriggeredGroupEntry.window(entry, WINDOWS), is(WINDOW));
    assertThat(TriggeredGroupEntry.key(entry, STRINGS), is("key"));
  }

  @Test
  void comesBackWithoutHoldPaneOrContent() throws IOException {
    StateEntry entry = entry(empty(), List.of());
    assertThat("flags, additions, trigger, content", entry.value().length, is(4));
    TriggeredGroup back = read(entry, 0, List.of());
    assertThat(back.isHeld(), is(false));
    assertThat(back.wakesAtEnd(), is(false));
    assertThat(back.lastPane(), is(nullValue()));
    assertThat(back.additions(), is(0));
    assertThat(back.memory(), is(nullValue()));
  }

  @Test
  void belongsToOneWindow() throws IOException {
    byte[] namespace = TriggeredGroupEntry.namespace(WINDOW, WINDOWS);
    StateEntry cut = gone(Arrays.copyOf(namespace, namespace.length - 1));
    assertThat(TriggeredGroupEntry.isGone(cut), is(true));
    assertThrows(MalformedEntryException.class, () -> TriggeredGroupEntry.window(cut, WINDOWS));
    StateEntry none = gone(new byte[] {0});
    assertThat(
        assertThrows(MalformedEntryException.class, () -> TriggeredGroupEntry.window(none, WINDOWS))
            .getMessage(),
        containsString("it is about 0 windows instead of one"));
  }

  @Test
  void isRefusedWhenItBreaksOffOrGoesOn() throws IOException {
    StateEntry entry = entry(group(new LastPane(2, 1, PaneInfo.Timing.LATE)), List.of("a", "b"));
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
    StateEntry entry = entry(group(new LastPane(2, 1, PaneInfo.Timing.LATE)), List.of());
    Kind kind = entry.kind();
    assertThat(
        refusal(with(entry, Kind.GROUP, Op.PUT, entry.value())),
        containsString("an entry of the kind TRIGGERED_GROUP belongs here"));
    assertThat(
        refusal(with(entry, kind, Op.DELETE, entry.value())),
        containsString("a group is put or appended to, and this is DELETE"));
    assertThat(
        refusal(with(entry, kind, Op.PUT, new byte[] {16})), containsString("its flags are 16"));
    assertThat(
        refusal(with(entry, kind, Op.PUT, new byte[] {2, 0, 0, 4})),
        containsString("its timing of the last pane is 4"));
    assertThat(
        refusal(with(entry, kind, Op.PUT, new byte[] {0, 0, -1, -1, -1, -1, 7})),
        containsString(
            "its memory of the trigger has a length of 2147483647 bytes, and 0 are left"));
    assertThat(
        refusal(with(entry, kind, Op.PUT, new byte[] {0, 0, 3, 0, 0, 9, 0})),
        containsString("its memory of the trigger cannot be decoded"));
  }
}
