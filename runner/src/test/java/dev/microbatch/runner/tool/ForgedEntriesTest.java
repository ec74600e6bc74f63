package dev.microbatch.runner.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.microbatch.executor.checkpoint.CheckpointLog;
import dev.microbatch.executor.checkpoint.CheckpointStores;
import dev.microbatch.executor.checkpoint.Commit;
import dev.microbatch.executor.checkpoint.CommitHeader;
import dev.microbatch.executor.checkpoint.Segment;
import dev.microbatch.executor.state.EntrySink;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import dev.microbatch.executor.state.StateEntry.Kind;
import dev.microbatch.executor.state.StateSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is in an entry, the tool says in one line what is wrong with it. */
class ForgedEntriesTest {

  private static final String STEP = "Forged/Step";
  private static final byte[] PLAN = ("step\t" + STEP + "\tBoundedRead\n").getBytes(UTF_8);

  @TempDir private Path directory;

  /** A snapshot of one entry. */
  private record OneEntry(StateEntry entry) implements StateSnapshot {
    @Override
    public SnapshotScope scope() {
      return SnapshotScope.EVERYTHING;
    }

    @Override
    public boolean isEmpty() {
      return false;
    }

    @Override
    public void writeTo(EntrySink sink) throws IOException {
      sink.accept(entry);
    }

    @Override
    public void close() {}
  }

  static List<Arguments> forgedEntries() {
    return List.of(
        arguments(Kind.TIMER, "", "", "it ends before its flags"),
        arguments(Kind.TIMER, "", "0000ffffffff07", "its id has a length of 2147483647 bytes"),
        arguments(Kind.TIMER, "", "0000ffffffffffffffffff01", "its id has a length of -1 bytes"),
        arguments(Kind.TIMER, "", "0000026964", "it ends before its length of the family"),
        arguments(
            Kind.TIMER,
            "",
            "0000000000" + "8000000000000001".repeat(2) + "0141",
            "there is no time domain 'A'"),
        arguments(Kind.SPLIT, "x", "02", "'x' is not the index of a split"),
        arguments(Kind.SPLIT, "-1", "02", "'-1' is not the index of a split"),
        arguments(Kind.SPLIT, "0", "", "it ends before its flag"),
        arguments(Kind.SPLIT, "0", "0100", "it ends before its number of records"),
        arguments(Kind.TIMES, "0", "00", "it ends before its input watermark"));
  }

  @ParameterizedTest
  @MethodSource("forgedEntries")
  void isSaidInOneLine(Kind kind, String cell, String value, String problem) throws IOException {
    byte[] none = {};
    int keyGroup = kind == Kind.TIMER ? 0 : StateEntry.NO_KEY_GROUP;
    byte[] bytes = HexFormat.of().parseHex(value);
    commit(
        new StateEntry(keyGroup, none, kind, none, cell, StateEntry.Op.PUT, bytes),
        Map.of("identity", PLAN));

    assertThat(
        refusal(),
        allOf(
            containsString("the step " + STEP + " keeps in partition 0"),
            containsString(directory.toString()),
            containsString("an entry of the kind " + kind + " is malformed: " + problem)));
  }

  @Test
  void saysThatThePipelineIsNotNamed() throws IOException {
    commit(new StateEntry(0, PLAN, Kind.CELL, PLAN, "ucell", StateEntry.Op.PUT, PLAN), Map.of());

    assertThat(refusal(), containsString("does not say what pipeline wrote it"));
  }

  @Test
  void saysThatThePipelineCannotBeRead() throws IOException {
    commit(
        new StateEntry(0, PLAN, Kind.CELL, PLAN, "ucell", StateEntry.Op.PUT, PLAN),
        Map.of("identity", "anything".getBytes(UTF_8)));

    assertThat(refusal(), containsString("says of its pipeline cannot be read"));
  }

  private String refusal() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        CheckpointTool.run(
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            directory.toString());
    String message = err.toString(UTF_8);
    assertThat(message, status, is(1));
    assertThat(out.toString(UTF_8), is(""));
    assertThat(message, message.lines().count(), is(1L));
    return message;
  }

  private void commit(StateEntry entry, Map<String, byte[]> attachments) throws IOException {
    CommitHeader header =
        new CommitHeader(
            "forged", 1, 0, 1, 8, "fnv", "abcd", Set.of(STEP), CommitHeader.End.RUNNING);
    try (CheckpointLog log = CheckpointLog.open(CheckpointStores.open(directory.toString()), 2)) {
      log.begin();
      new Commit(header, List.of(new Segment(STEP, 0, new OneEntry(entry))), attachments).to(log);
    }
  }
}
