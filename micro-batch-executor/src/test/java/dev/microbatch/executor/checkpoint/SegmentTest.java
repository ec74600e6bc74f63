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

import dev.microbatch.executor.state.KeyGroupRange;
import dev.microbatch.executor.state.SnapshotScope;
import dev.microbatch.executor.state.StateEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    List<StateEntry> read = new ArrayList<>();
    BitSet wanted = new BitSet();
    wanted.set(range.first(), range.end());
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
    assertThat(texts(read(write(entries), 3, Entries.ALL)), is(texts(entries)));
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
