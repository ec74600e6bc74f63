package dev.microbatch.executor.stage;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.state.MalformedEntryException;
import dev.microbatch.executor.state.StateEntry;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The times of a partition come back, or it is said why not. */
class TimesEntryTest {

  private static final byte[] NOTHING = {};
  private static final TimesEntry TIMES =
      new TimesEntry(1, 2, 3, new Times(4, 5), 6, true, 7, false);

  private static StateEntry entry(StateEntry.Kind kind, byte[] value) {
    return new StateEntry(
        StateEntry.NO_KEY_GROUP,
        NOTHING,
        kind,
        NOTHING,
        TimesEntry.cell(3),
        StateEntry.Op.PUT,
        value);
  }

  private static String refusal(StateEntry entry) {
    return assertThrows(MalformedEntryException.class, () -> TimesEntry.parse(entry)).getMessage();
  }

  @Test
  void comeBackAsTheyWere() throws IOException {
    assertThat(TimesEntry.parse(entry(StateEntry.Kind.TIMES, TIMES.encode())), is(TIMES));
  }

  @Test
  void areRefusedWhenTheyBreakOff() {
    byte[] value = TIMES.encode();
    for (int length = 0; length < value.length; length++) {
      assertThat(
          refusal(entry(StateEntry.Kind.TIMES, Arrays.copyOf(value, length))),
          containsString("an entry of the kind TIMES is malformed: it ends before its "));
    }
  }

  @Test
  void areRefusedWhenTheyAreSomethingElse() {
    byte[] value = TIMES.encode();
    assertThat(
        refusal(entry(StateEntry.Kind.SPLIT, value)),
        containsString("an entry of the kind TIMES belongs here"));
    assertThat(
        refusal(entry(StateEntry.Kind.TIMES, Arrays.copyOf(value, value.length + 1))),
        containsString("it has 1 bytes too many"));
    value[value.length - 1] = 2;
    assertThat(
        refusal(entry(StateEntry.Kind.TIMES, value)),
        containsString("its flag of the output is 2 instead of 0 or 1"));
  }
}
