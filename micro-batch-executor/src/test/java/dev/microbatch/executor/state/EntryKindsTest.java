package dev.microbatch.executor.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.microbatch.executor.block.Meta;
import dev.microbatch.executor.block.RecordCoder;
import dev.microbatch.executor.state.StateEntry.Kind;
import dev.microbatch.executor.state.StateEntry.Op;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.beam.runners.core.StateNamespace;
import org.apache.beam.runners.core.StateNamespaces;
import org.apache.beam.runners.core.TimerInternals.TimerData;
import org.apache.beam.runners.core.TimerInternals.TimerDataCoderV2;
import org.apache.beam.sdk.coders.Coder;
import org.apache.beam.sdk.coders.IterableCoder;
import org.apache.beam.sdk.coders.StringUtf8Coder;
import org.apache.beam.sdk.coders.VarIntCoder;
import org.apache.beam.sdk.state.TimeDomain;
import org.apache.beam.sdk.transforms.windowing.BoundedWindow;
import org.apache.beam.sdk.transforms.windowing.IntervalWindow;
import org.apache.beam.sdk.transforms.windowing.PaneInfo;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.CausedByDrain;
import org.joda.time.Instant;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Each kind of entry comes back as it was built, and says in one sentence what else it is. */
class EntryKindsTest {

  private static final byte[] NOTHING = {};
  private static final IntervalWindow WINDOW =
      new IntervalWindow(Instant.ofEpochMilli(0), Instant.ofEpochMilli(1000));
  private static final StateNamespace NAMESPACE =
      StateNamespaces.window(IntervalWindow.getCoder(), WINDOW);

  @SuppressWarnings("unchecked")
  private static <T> Coder<T> coder(Coder<?> coder) {
    return (Coder<T>) coder;
  }

  private static final Coder<BoundedWindow> WINDOWS = coder(IntervalWindow.getCoder());
  private static final Coder<Object> STRINGS = coder(StringUtf8Coder.of());
  private static final RecordCoder RECORDS = new RecordCoder(STRINGS, WINDOWS);

  /** Reads an entry. */
  @FunctionalInterface
  private interface Parser {
    Object parse(StateEntry entry) throws IOException;
  }

  /**
   * A kind of entry.
   *
   * @param entry one that was built
   * @param parser reads it, values included
   * @param result what comes back
   * @param forged what is not such an entry, and what is said of it
   */
  private record Example(StateEntry entry, Parser parser, Object result, List<Forged> forged) {}

  private record Forged(StateEntry entry, String problem) {}

  private static StateEntry entry(Kind kind, byte[] namespace, String cell, Op op, byte[] value) {
    int keyGroup =
        switch (kind) {
          case CELL, HOLD, TIMER, GROUP -> 3;
          default -> StateEntry.NO_KEY_GROUP;
        };
    return new StateEntry(keyGroup, "key".getBytes(UTF_8), kind, namespace, cell, op, value);
  }

  private static StateEntry with(StateEntry entry, String cell) {
    return entry(entry.kind(), entry.namespace(), cell, entry.op(), entry.value());
  }

  private static StateEntry with(StateEntry entry, Op op) {
    return entry(entry.kind(), entry.namespace(), entry.cell(), op, entry.value());
  }

  private static StateEntry with(StateEntry entry, byte[] value) {
    return entry(entry.kind(), entry.namespace(), entry.cell(), entry.op(), value);
  }

  private static StateEntry in(StateEntry entry, byte[] namespace) {
    return entry(entry.kind(), namespace, entry.cell(), entry.op(), entry.value());
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static byte[] append(byte[] value, int... more) {
    byte[] all = Arrays.copyOf(value, value.length + more.length);
    System.arraycopy(bytes(more), 0, all, value.length, more.length);
    return all;
  }

  private static TimerData timerData(CausedByDrain cause) {
    return TimerData.of(
        "id",
        "family",
        NAMESPACE,
        Instant.ofEpochMilli(-7),
        Instant.ofEpochMilli(9),
        TimeDomain.EVENT_TIME,
        cause);
  }

  private static TimerEntry timer(boolean byDrain, long sequence) {
    return new TimerEntry(
        true,
        byDrain,
        sequence,
        "id",
        "family",
        NAMESPACE.stringKey(),
        -7,
        9,
        TimeDomain.EVENT_TIME);
  }

  private static List<Example> examples() throws IOException {
    TimerEntry timer = timer(true, 300);
    StateEntry timerEntry = entry(Kind.TIMER, NOTHING, "", Op.PUT, timer.encode());
    StateEntry hold = entry(Kind.HOLD, CellEntry.namespace(NAMESPACE), "shold", Op.PUT, NOTHING);
    hold = with(hold, HoldEntry.of(-5).value());
    byte[] window = CoderUtils.encodeToByteArray(WINDOWS, WINDOW);
    GroupLabel label = GroupLabel.of(List.of(WINDOW), WINDOWS);
    StateEntry values =
        GroupEntry.of(3, NOTHING, label, new Change(Op.APPEND, bytes(2, 1, 'a', 3, 'x', 'y', 'z')));
    StateEntry accumulator =
        GroupEntry.of(3, NOTHING, label, new Change(Op.PUT, bytes(2, 'a', 'b')));
    Meta meta = Meta.of(12, WINDOW, PaneInfo.NO_FIRING);
    StateEntry withheld =
        entry(
            Kind.WITHHELD,
            "side inputs".getBytes(UTF_8),
            WithheldEntry.cell(2, 17),
            Op.PUT,
            WithheldEntry.value(RECORDS, "late", meta));
    Coder<Iterable<Object>> panes = coder(IterableCoder.of(STRINGS));
    StateEntry view =
        entry(
            Kind.VIEW,
            "Some/View".getBytes(UTF_8),
            ViewEntry.cell(window),
            Op.PUT,
            ViewEntry.value(1000, List.of("p", "q"), panes));
    StateEntry split = entry(Kind.SPLIT, NOTHING, SplitEntry.cell(12), Op.PUT, bytes(1, 2, 3));
    StateEntry ids = RecordIdEntry.put(4, RecordIdEntry.cell(1, 2), new long[] {1, 2, 3, 4}, 2);
    return List.of(
        new Example(
            timerEntry,
            TimerEntry::parse,
            timer,
            List.of(
                new Forged(with(timerEntry, Op.APPEND), "a timer is put or deleted"),
                new Forged(with(timerEntry, append(timer.encode(), 1)), "1 bytes too many"),
                new Forged(
                    with(timerEntry, bytes(0, 0, 0xff, 0xff, 0xff, 0xff, 0x07)),
                    "its id has a length of 2147483647 bytes, and 0 are left"),
                new Forged(with(timerEntry, bytes(0, 0, 1, 0xff)), "its id is not text in UTF-8"),
                new Forged(
                    with(
                        timerEntry,
                        bytes(0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255)),
                    "its order of setting has more than 64 bits"))),
        new Example(
            hold,
            HoldEntry::timestamp,
            -5L,
            List.of(
                new Forged(with(hold, Op.DELETE), "a hold is put or cleared"),
                new Forged(with(hold, new byte[9]), "1 bytes too many"))),
        new Example(
            values,
            entry -> {
              List<Object> all = new ArrayList<>();
              GroupEntry.values(entry, STRINGS, all::add);
              return List.of(GroupEntry.windows(entry, WINDOWS), all);
            },
            List.of(List.of(WINDOW), List.of("a", "xyz")),
            List.of(
                new Forged(in(values, bytes(1)), "its window cannot be decoded by"),
                new Forged(with(values, Op.DELETE), "values are put or appended"),
                new Forged(with(values, bytes(1, 0, 7)), "1 bytes too many"),
                new Forged(
                    with(values, bytes(255, 255, 255, 255, 255, 255, 255, 255, 255, 1)),
                    "its number of values is -1"),
                new Forged(
                    with(values, bytes(1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1)),
                    "its values cannot be decoded by StringUtf8Coder"))),
        new Example(
            accumulator,
            entry -> GroupEntry.accumulator(entry, STRINGS),
            "ab",
            List.of(new Forged(with(accumulator, Op.APPEND), "an accumulator is put"))),
        new Example(
            withheld,
            entry -> {
              WithheldEntry stored = WithheldEntry.parse(entry);
              RecordCoder.Decoded record = stored.record(RECORDS);
              return List.of(
                  stored.purpose(), stored.number(), record.value(), record.meta().timestamp());
            },
            List.of("side inputs", 17L, "late", 12L),
            List.of(
                new Forged(with(withheld, "17"), "'17' is not the number of a record"),
                new Forged(with(withheld, "2-x"), "'x' is not the number of a record"),
                new Forged(with(withheld, "x-2"), "'x' is not the number of a partition"))),
        new Example(
            view,
            entry -> {
              ViewEntry stored = ViewEntry.parse(entry);
              List<Object> pane = new ArrayList<>();
              stored.pane().read(panes, "pane").forEach(pane::add);
              return List.of(stored.step(), stored.index(), pane, ViewEntry.cell(stored.window()));
            },
            List.of("Some/View", 1000L, List.of("p", "q"), ViewEntry.cell(window)),
            List.of(new Forged(with(view, "0g"), "'0g' is not a window in hexadecimal digits"))),
        new Example(
            split,
            entry ->
                SplitEntry.parse(entry).split() + " " + SplitEntry.parse(entry).position().length,
            "12 3",
            List.of(
                new Forged(with(split, ""), "'' is not the index of a split"),
                new Forged(with(split, "4294967296"), "'4294967296' is not the index of a split"),
                new Forged(with(split, "-1"), "'-1' is not the index of a split"))),
        new Example(
            ids,
            entry -> {
              RecordIdEntry stored = RecordIdEntry.parse(entry);
              return List.of(
                  stored.split(), stored.generation(), stored.chunk(), stored.ids().length);
            },
            List.of(4, 1L, 2, 32),
            List.of(
                new Forged(with(ids, new byte[31]), "31 bytes are not a whole number of ids"),
                new Forged(with(ids, "x.1"), "'x' is not the number of a generation"),
                new Forged(with(ids, "1.x"), "'x' is not the number of a chunk"),
                new Forged(with(ids, "xyz"), "'xyz' is neither a chunk nor an id"),
                new Forged(in(ids, bytes('x')), "'x' is not the index of a split"))));
  }

  private static void assertRefused(Example example, StateEntry entry, String problem) {
    MalformedEntryException e =
        assertThrows(MalformedEntryException.class, () -> example.parser().parse(entry), problem);
    assertThat(
        e.getMessage(),
        allOf(
            containsString("an entry of the kind " + entry.kind() + " is malformed: "),
            containsString(problem)));
  }

  @TestFactory
  Stream<DynamicTest> comesBackAsItWasBuilt() throws IOException {
    return examples().stream()
        .map(
            example ->
                dynamicTest(
                    example.entry().kind() + " " + example.result(),
                    () ->
                        assertThat(example.parser().parse(example.entry()), is(example.result()))));
  }

  @TestFactory
  Stream<DynamicTest> isRefusedWhenItBreaksOff() throws IOException {
    return examples().stream()
        .filter(example -> example.entry().kind() != Kind.SPLIT) // a position is up to its source
        .map(
            example ->
                dynamicTest(
                    example.entry().kind() + " " + example.result(),
                    () -> {
                      byte[] value = example.entry().value();
                      for (int length = 0; length < value.length; length++) {
                        boolean wholeIds =
                            example.entry().kind() == Kind.RECORD_ID && length % 16 == 0;
                        if (!wholeIds) {
                          StateEntry cut = with(example.entry(), Arrays.copyOf(value, length));
                          assertRefused(example, cut, "");
                        }
                      }
                    }));
  }

  @TestFactory
  Stream<DynamicTest> isRefusedInPlaceOfAnother() throws IOException {
    return examples().stream()
        .map(
            example ->
                dynamicTest(
                    example.entry().kind() + " " + example.result(),
                    () -> {
                      StateEntry at = example.entry();
                      assertRefused(
                          example,
                          entry(Kind.CELL, at.namespace(), at.cell(), at.op(), at.value()),
                          "an entry of the kind " + at.kind() + " belongs here");
                    }));
  }

  @TestFactory
  Stream<DynamicTest> saysWhatIsForged() throws IOException {
    return examples().stream()
        .flatMap(
            example ->
                example.forged().stream()
                    .map(
                        forged ->
                            dynamicTest(
                                forged.entry().kind() + ": " + forged.problem(),
                                () -> assertRefused(example, forged.entry(), forged.problem()))));
  }

  @Test
  void timersAreLaidOutAsBeamsCoderDoes() throws IOException {
    for (CausedByDrain cause : CausedByDrain.values()) {
      boolean byDrain = cause == CausedByDrain.CAUSED_BY_DRAIN;
      ByteArrayOutputStream beams = new ByteArrayOutputStream();
      beams.write(byDrain ? 3 : 1);
      beams.write(5);
      TimerDataCoderV2.of(IntervalWindow.getCoder()).encode(timerData(cause), beams);

      TimerEntry timer = timer(byDrain, 5);

      assertThat(timer.encode(), is(beams.toByteArray()));
      assertThat(timer.namespace(IntervalWindow.getCoder()), is(NAMESPACE));
    }
  }

  @Test
  void aSingleIdOfAnEarlyVersionIsRead() throws IOException {
    StateEntry entry = entry(Kind.RECORD_ID, bytes('7'), "c0ffee", Op.PUT, NOTHING);
    RecordIdEntry stored = RecordIdEntry.parse(entry);
    assertThat(stored.isSingle(), is(true));
    assertThat(stored.split(), is(7));
    assertThat(stored.ids(), is(bytes(0xc0, 0xff, 0xee)));
  }

  @Test
  void cellsAreAddressedByNamespaceAndId() throws IOException {
    Change change = new Change(Op.PUT, bytes(1));
    StateEntry entry =
        CellEntry.of(3, NOTHING, Kind.CELL, CellEntry.namespace(NAMESPACE), "ucell", change);
    CellEntry.checkId(entry);
    assertThat(CellEntry.namespace(entry, IntervalWindow.getCoder()), is(NAMESPACE));
    MalformedEntryException id =
        assertThrows(MalformedEntryException.class, () -> CellEntry.checkId(with(entry, "x")));
    assertThat(id.getMessage(), containsString("'x' is not the id of a state cell"));
    MalformedEntryException namespace =
        assertThrows(
            MalformedEntryException.class,
            () -> CellEntry.namespace(in(entry, bytes('?')), IntervalWindow.getCoder()));
    assertThat(namespace.getMessage(), containsString("its namespace '?' cannot be decoded"));
  }

  @Test
  void theElementsOfACellAreCounted() throws IOException {
    for (byte[] value : List.of(bytes(2, 1), bytes(1, 1, 1), bytes(255, 255, 255, 255, 15))) {
      Change change = new Change(Op.PUT, value);
      assertThrows(IOException.class, () -> change.forEach(VarIntCoder.of()::decode));
    }
  }
}
