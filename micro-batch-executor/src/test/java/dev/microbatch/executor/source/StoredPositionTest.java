package dev.microbatch.executor.source;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.microbatch.executor.state.MalformedEntryException;
import dev.microbatch.executor.state.SplitEntry;
import dev.microbatch.executor.state.StateEntry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Positions come back, or it is said why not. */
class StoredPositionTest {

  private static final byte[] NOTHING = {};

  private static StateEntry entry(byte[] position) {
    return new StateEntry(
        StateEntry.NO_KEY_GROUP,
        NOTHING,
        StateEntry.Kind.SPLIT,
        NOTHING,
        SplitEntry.cell(3),
        StateEntry.Op.PUT,
        position);
  }

  private static byte[] written(Positions.Writer writer) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    writer.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static String refusal(String source, byte[] position) {
    return assertThrows(
            MalformedEntryException.class, () -> StoredPosition.parse(source, entry(position)))
        .getMessage();
  }

  @Test
  void aBoundedOneComesBack() throws IOException {
    for (StoredPosition.Bounded position :
        new StoredPosition.Bounded[] {
          new StoredPosition.Bounded(true, 0), new StoredPosition.Bounded(false, 7)
        }) {
      byte[] bytes = written(position::write);
      assertThat(StoredPosition.parse("BoundedRead", entry(bytes)), is(position));
    }
  }

  @Test
  void anUnboundedOneComesBack() throws IOException {
    byte[] bytes = written(new StoredPosition.Unbounded(false, -5, new byte[] {1, 2})::write);
    StoredPosition.Unbounded stored =
        (StoredPosition.Unbounded) StoredPosition.parse("UnboundedRead", entry(bytes));
    assertThat(stored.done(), is(false));
    assertThat(stored.watermark(), is(-5L));
    assertThat(stored.mark(), is(new byte[] {1, 2}));
  }

  @Test
  void thatOfAScriptComesBack() throws IOException {
    StoredPosition.Script position = new StoredPosition.Script(3, 17);
    assertThat(StoredPosition.parse("Script", entry(written(position::write))), is(position));
  }

  @Test
  void thatOfAnotherKindOfSourceIsOnlyMeasured() throws IOException {
    assertThat(
        StoredPosition.parse("Another", entry(new byte[5])), is(new StoredPosition.Unknown(5)));
    assertThat(
        StoredPosition.parse("Impulse", entry(NOTHING)),
        instanceOf(StoredPosition.ImpulseSent.class));
  }

  @ParameterizedTest
  @CsvSource({
    "BoundedRead, 0, it ends before its flag",
    "BoundedRead, 5, it ends before its number of records",
    "UnboundedRead, 0, it ends before its flag",
    "UnboundedRead, 5, it ends before its watermark",
    "Script, 3, it ends before its number of events",
    "Script, 11, it ends before its watermark",
    "Script, 13, it has 1 bytes too many",
    "Impulse, 1, it has 1 bytes too many",
  })
  void isRefusedWhenItIsTooShortOrTooLong(String source, int length, String problem) {
    byte[] position = new byte[length];
    if (length > 0) {
      position[0] = (byte) (source.equals("BoundedRead") ? 1 : 0);
    }
    assertThat(
        refusal(source, position),
        containsString("an entry of the kind SPLIT is malformed: " + problem));
  }

  @Test
  void isRefusedWhenItIsForged() {
    byte[] negative = new byte[9];
    Arrays.fill(negative, (byte) -1);
    negative[0] = 1;
    assertThat(refusal("BoundedRead", negative), containsString("its number of records is -1"));
    assertThat(
        refusal("BoundedRead", new byte[] {3}), containsString("its flag is 3 instead of 1 or 2"));
    assertThat(
        refusal("UnboundedRead", new byte[] {2}),
        containsString("its flag is 2 instead of 0 or 1"));
    byte[] events = new byte[12];
    events[0] = -128;
    assertThat(refusal("Script", events), containsString("its number of events is -2147483648"));
  }
}
