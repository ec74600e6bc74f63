package dev.microbatch.executor.checkpoint;

import static dev.microbatch.executor.checkpoint.Entries.entry;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.sameInstance;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries to blocks and back. */
class SegmentTest {

  private static byte[] write(List<StateEntry> entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SegmentWriter writer = new SegmentWriter(out::write, SnapshotScope.EVERYTHING);
    for (StateEntry entry : entries) {
      writer.accept(entry);
    }
    writer.finish();
    assertThat(writer.entries(), is((long) entries.size()));
    return out.toByteArray();
  }

  private static List<StateEntry> read(byte[] bytes, long entries, KeyGroupRange range)
      throws IOException {
    BitSet wanted = new BitSet();
    wanted.set(range.first(), range.end());
    return read(bytes, entries, wanted);
  }

  private static List<StateEntry> read(byte[] bytes, long entries, BitSet wanted)
      throws IOException {
    List<StateEntry> read = new ArrayList<>();
    SegmentRef segment =
        new SegmentRef("file", 1000, bytes.length, entries, SnapshotScope.EVERYTHING, bytes.length);
    new SegmentReader("here", segment, wanted).read(new ByteArrayInputStream(bytes), read::add);
    return read;
  }

  private static List<String> texts(List<StateEntry> entries) {
    return entries.stream().map(Entries::text).toList();
  }

  @Test
  void randomEntriesComeBack() throws IOException {
    Random random = new Random(42);
    List<StateEntry> entries = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      byte[] key = random.nextInt(3) == 0 || i == 0 ? bytes(random) : entries.get(i - 1).key();
      byte[] namespace = random.nextInt(3) == 0 ? bytes(random) : new byte[] {'/'};
      entries.add(
          new StateEntry(
              random.nextInt(129) - 1,
              key,
              StateEntry.Kind.values()[random.nextInt(StateEntry.Kind.values().length)],
              namespace,
              random.nextInt(3) == 0 ? "uü" + i : "s",
              StateEntry.Op.values()[random.nextInt(StateEntry.Op.values().length)],
              bytes(random)));
    }
    List<StateEntry> read = read(write(entries), entries.size(), Entries.ALL);
    assertThat(texts(read), is(texts(entries)));
  }

  private static byte[] bytes(Random random) {
    return "y".repeat(random.nextInt(200)).getBytes(UTF_8);
  }

  @Test
  void aValueLargerThanABlockComesBack() throws IOException {
    List<StateEntry> entries =
        List.of(entry(1, "k", "a"), entry(1, "k", "x".repeat(3_000_000)), entry(2, "l", "b"));
    byte[] bytes = write(entries);
    assertThat(texts(read(bytes, 3, Entries.ALL)), is(texts(entries)));
    for (int length : blocks(bytes)) {
      assertThat(length, is(lessThan(2 * SegmentWriter.BLOCK_BYTES + 1000)));
    }
  }

  /** The lengths of the blocks of a segment, in bytes. */
  private static List<Integer> blocks(byte[] segment) {
    List<Integer> lengths = new ArrayList<>();
    for (int at = 0; at < segment.length; at += lengths.get(lengths.size() - 1)) {
      lengths.add(SegmentWriter.BLOCK_HEADER + ByteBuffer.wrap(segment).getInt(at));
    }
    return lengths;
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1, 2, 777, 65_534, 65_535, 65_536, 65_537, 131_072, 131_073})
  void partsEndWhereTheyMay(int more) throws IOException {
    int length = SegmentWriter.PART_BYTES + more;
    List<StateEntry> entries =
        List.of(entry(1, "k", "a"), entry(1, "k", "x".repeat(length)), entry(1, "k", "b"));
    assertThat(texts(read(write(entries), 3, Entries.ALL)), is(texts(entries)));
  }

  @Test
  void partsOfAValueThatIsNotWantedArePassedOver() throws IOException {
    List<StateEntry> entries = new ArrayList<>();
    for (int group = 0; group < 12; group++) {
      int length = group % 3 == 1 ? 10 + group : group % 3 == 2 ? 70_000 : 300_000;
      entries.add(entry(group, "k" + group, "x".repeat(length)));
    }
    byte[] bytes = write(entries);
    for (int wanted = 0; wanted < 1 << 12; wanted += 7) {
      BitSet groups = BitSet.valueOf(new long[] {wanted});
      assertThat(
          read(bytes, 12, groups).stream().map(StateEntry::keyGroup).toList(),
          is(groups.stream().boxed().toList()));
    }
  }

  @Test
  void aValueOfNoKeyMayBeInParts() throws IOException {
    StateEntry large = entry(StateEntry.NO_KEY_GROUP, "", "x".repeat(200_000));
    List<StateEntry> entries = List.of(large, entry(5, "k", "a"));
    List<StateEntry> read = read(write(entries), 2, new KeyGroupRange(9, 10));
    assertThat(texts(read), is(texts(List.of(large))));
  }

  /** A block with right checksums. */
  private static byte[] block(int entries, int group, int... payload) {
    ByteBuffer block = ByteBuffer.allocate(SegmentWriter.BLOCK_HEADER + payload.length);
    for (int i = 0; i < payload.length; i++) {
      block.put(SegmentWriter.BLOCK_HEADER + i, (byte) payload[i]);
    }
    block.putInt(payload.length).putInt(entries).putInt(group).putInt(group);
    CRC32C crc = new CRC32C();
    crc.update(block.array(), SegmentWriter.BLOCK_HEADER, payload.length);
    block.putInt((int) crc.getValue());
    crc.reset();
    crc.update(block.array(), 0, 20);
    return block.putInt((int) crc.getValue()).array();
  }

  private static final int MORE = SegmentWriter.MORE;
  private static final int PART = SegmentWriter.PART;

  static List<Arguments> madeUpParts() {
    return List.of(
        arguments("a part of no value", block(0, 1, PART, 0, 1, 'x')),
        arguments("an entry in place of a part", block(2, 1, join(begin(2), entryOf('y')))),
        arguments("a part too many", block(1, 1, join(begin(2), part(0, 'y'), part(0, 'z')))),
        arguments("a part too long", block(1, 1, join(begin(2), part(0, 'y', 'z')))),
        arguments("a part too short", block(1, 1, join(begin(3), part(0, 'y')))),
        arguments("a part that is missing", block(1, 1, join(begin(3), part(MORE, 'y')))),
        arguments("a length less than the first part", block(1, 1, join(begin(0), part(0)))),
        arguments(
            "a length more than there is",
            block(1, 1, 0, MORE, 2, 1, 'k', 0, 2, 'u', 'c', 255, 255, 255, 255, 7, 1, 'x')));
  }

  /** An entry whose value begins with x and has a length. */
  private static int[] begin(int length) {
    return new int[] {0, MORE, 2, 1, 'k', 0, 2, 'u', 'c', length, 1, 'x'};
  }

  private static int[] entryOf(int value) {
    return new int[] {0, 0, 2, 1, 'k', 0, 2, 'u', 'c', 1, value};
  }

  private static int[] part(int more, int... bytes) {
    return join(new int[] {PART, more, bytes.length}, bytes);
  }

  private static int[] join(int[]... all) {
    return Arrays.stream(all).flatMapToInt(Arrays::stream).toArray();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("madeUpParts")
  void partsThatAreMadeUpAreRefused(String what, byte[] segment) throws IOException {
    byte[] good = block(1, 1, join(begin(2), part(0, 'y')));
    assertThat(new String(read(good, 1, Entries.ALL).get(0).value(), UTF_8), is("xy"));
    assertThrows(
        CheckpointException.class,
        () -> read(segment, ByteBuffer.wrap(segment).getInt(4), Entries.ALL));
  }

  @Test
  void aKindOfALaterVersionIsRefusedAsSuch() {
    byte[] segment = block(1, 1, 42, 0, 2, 1, 'k', 0, 2, 'u', 'c', 1, 'x');
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> read(segment, 1, Entries.ALL));
    assertThat(
        e.getMessage(),
        is(
            "The checkpoint file file in here holds entries of the kind 42, which this version of"
                + " the runner does not know: run the pipeline with the version that wrote it, or a"
                + " later one"));
  }

  @Test
  void consecutiveEntriesOfAKeyStoreItOnceAndShareItsArray() throws IOException {
    String key = "key".repeat(1000);
    byte[] bytes = write(List.of(entry(1, key, "a"), entry(1, key, "b"), entry(1, key, "c")));
    assertThat(bytes.length, is(lessThan(2 * key.length())));
    List<StateEntry> read = read(bytes, 3, Entries.ALL);
    assertThat(read.get(1).key(), is(sameInstance(read.get(0).key())));
    assertThat(read.get(2).namespace(), is(sameInstance(read.get(0).namespace())));
  }

  @Test
  void blocksOfOtherKeyGroupsAreNotDecoded() throws IOException {
    List<StateEntry> entries = new ArrayList<>();
    for (int group = 0; group < 128; group++) {
      entries.add(entry(group, "k", "x".repeat(10_000)));
    }
    byte[] bytes = write(entries);
    assertThat(bytes.length, is(greaterThan(10 * SegmentWriter.BLOCK_BYTES)));
    bytes[bytes.length - 1] ^= 1; // in the block of the highest groups
    assertThat(
        texts(read(bytes, 128, new KeyGroupRange(0, 50))), is(texts(entries.subList(0, 50))));
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> read(bytes, 128, new KeyGroupRange(50, 128)));
    assertThat(e.getMessage(), containsString("file in here is damaged in the block at byte "));
  }

  @Test
  void everyFlippedBitIsNoticed() throws IOException {
    byte[] good = write(List.of(entry(1, "k", "a"), entry(2, "l", "b")));
    for (int at = 0; at < good.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] bad = good.clone();
        bad[at] ^= (byte) (1 << bit);
        assertThrows(CheckpointException.class, () -> read(bad, 2, Entries.ALL));
      }
    }
  }

  /** Changes a field of the header of the first block, and makes its checksum right again. */
  private static byte[] forged(byte[] good, int at, int value) {
    byte[] forged = good.clone();
    ByteBuffer header = ByteBuffer.wrap(forged);
    header.putInt(at, value);
    CRC32C crc = new CRC32C();
    crc.update(forged, 0, 20);
    header.putInt(20, (int) crc.getValue());
    return forged;
  }

  @ParameterizedTest
  @CsvSource({
    "0, -1",
    "0, -24",
    "0, -2147483648",
    "0, 2147483647",
    "0, 1000", // the length of the block
    "4, -1",
    "4, 2147483647", // the number of entries
    "8, -2",
    "8, -2147483648", // the lowest key group
  })
  void whatIsMadeUpInABlockIsRefused(int at, int value) throws IOException {
    byte[] forged = forged(write(List.of(entry(1, "k", "a"), entry(2, "l", "b"))), at, value);
    for (KeyGroupRange range : List.of(Entries.ALL, new KeyGroupRange(7, 8))) {
      assertThrows(CheckpointException.class, () -> read(forged, 2, range));
    }
  }

  @Test
  void codesOfKindsAndOperationsAreTheirOwn() {
    for (StateEntry.Kind kind : StateEntry.Kind.values()) {
      assertThat(StateEntry.Kind.ofCode(kind.code()), is(kind));
    }
    for (StateEntry.Op op : StateEntry.Op.values()) {
      assertThat(StateEntry.Op.ofCode(op.code()), is(op));
    }
    assertThat(StateEntry.Kind.TIMER.code(), is(2));
    assertThat(StateEntry.Op.CLEAR.code(), is(3));
  }
}
