package dev.microbatch.executor.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are torn, damaged or gone. */
class DamagedCheckpointTest {

  private static final List<String> ALL = List.of("1:1", "1:2", "1:3");
  private static final List<String> BEFORE = List.of("1:1", "1:2");

  private final MemoryStore store = new MemoryStore();

  @BeforeEach
  void commitThreeTimes() throws IOException {
    SmallPipeline pipeline = SmallPipeline.start(store);
    pipeline.commit();
    pipeline.commit();
    pipeline.commit();
    assertThat(SmallPipeline.start(store.copy()).durable(), is(ALL));
  }

  /** The nth file of a kind, from the end. */
  private static String last(MemoryStore store, String kind, int n) {
    List<String> names = store.list().stream().filter(name -> name.startsWith(kind)).toList();
    return names.get(names.size() - 1 - n);
  }

  private static List<String> restored(MemoryStore store) throws IOException {
    return SmallPipeline.start(store).durable();
  }

  private static CheckpointException refusal(MemoryStore store) {
    return assertThrows(CheckpointException.class, () -> SmallPipeline.start(store));
  }

  private static MemoryStore flipped(MemoryStore store, String name, int at, int bit) {
    MemoryStore damaged = store.copy();
    byte[] bytes = store.read(name);
    bytes[at] ^= (byte) (1 << bit);
    damaged.replace(name, bytes);
    return damaged;
  }

  private static MemoryStore cut(MemoryStore store, String name, int length) {
    MemoryStore damaged = store.copy();
    damaged.replace(name, Arrays.copyOf(store.read(name), length));
    return damaged;
  }

  @Test
  void aFlippedBitAnywhereInTheNewestManifestLeadsToTheOneBefore() throws IOException {
    String manifest = last(store, "m-", 0);
    int length = store.read(manifest).length;
    for (int at = 0; at < length; at++) {
      assertThat("byte " + at, restored(flipped(store, manifest, at, at % 8)), is(BEFORE));
    }
  }

  @Test
  void aFlippedBitAnywhereInTheNewestDataLeadsToTheCommitBefore() throws IOException {
    String data = last(store, "d-", 0);
    int length = store.read(data).length;
    for (int at = 0; at < length; at++) {
      assertThat("byte " + at, restored(flipped(store, data, at, at % 8)), is(BEFORE));
    }
  }

  @Test
  void whatEveryCommitNeedsIsNamedWhenItIsDamaged() {
    String base = last(store, "d-", 2);
    String message = refusal(flipped(store, base, 20, 0)).getMessage();
    assertThat(message, containsString("No checkpoint in memory can be read"));
    assertThat(message, containsString(base + " is damaged"));
    assertThat(message, containsString("Bring the named files back"));
  }

  @Test
  void aTornManifestIsPassedOver() throws IOException {
    String manifest = last(store, "m-", 0);
    int length = store.read(manifest).length;
    for (int end = 0; end < length; end++) {
      assertThat("cut at " + end, restored(cut(store, manifest, end)), is(BEFORE));
    }
  }

  @Test
  void aMissingOrShortDeltaLeadsToTheCommitBefore() throws IOException {
    String delta = last(store, "d-", 0);
    MemoryStore missing = store.copy();
    missing.delete(delta);
    assertThat(restored(missing), is(BEFORE));
    int length = store.read(delta).length;
    assertThat(restored(cut(store, delta, length - 1)), is(BEFORE));
    assertThat(restored(cut(store, delta, length + 1)), is(BEFORE));
  }

  @Test
  void aMissingBaseIsNamed() {
    String base = last(store, "d-", 2);
    store.delete(base);
    assertThat(refusal(store).getMessage(), containsString(base + " is missing"));
  }

  @Test
  void aDirectoryOfBrokenManifestsIsNotTakenForAnEmptyOne() {
    MemoryStore damaged = cut(cut(store, last(store, "m-", 0), 5), last(store, "m-", 1), 7);
    assertThat(refusal(damaged).getMessage(), containsString(last(store, "m-", 1)));
  }

  @Test
  void theOnlyManifestMayBreakOffButNotBeDamaged() throws IOException {
    MemoryStore single = new MemoryStore();
    SmallPipeline.start(single).commit();
    String manifest = last(single, "m-", 0);
    int length = single.read(manifest).length;
    assertThat(length, is(greaterThan(300)));
    for (int end = 0; end < length; end++) {
      assertThat("cut at " + end, restored(cut(single, manifest, end)), is(List.of()));
    }
    for (int at = 0; at < length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        MemoryStore damaged = flipped(single, manifest, at, bit);
        assertThat(refusal(damaged).getMessage(), containsString(manifest));
      }
    }
  }

  @Test
  void aDamagedCheckpointIsReplacedByTheNextCommits() throws IOException {
    String data = last(store, "d-", 0);
    MemoryStore damaged = flipped(store, data, 30, 3);
    SmallPipeline pipeline = SmallPipeline.start(damaged);
    pipeline.commit();
    pipeline.commit();
    assertThat(restored(damaged), is(List.of("1:1", "1:2", "2:3", "2:4")));
    assertThat(damaged.list().contains(data), is(false));
  }

  @Test
  void aBlockThatIsDamagedLaterIsNamed() throws IOException {
    CheckpointLog log = CheckpointLog.open(store, 2);
    RestoredCheckpoint restored = log.restored().orElseThrow();
    String delta = last(store, "d-", 0);
    byte[] bytes = store.read(delta);
    bytes[DataFileHeader.BYTES + SegmentWriter.BLOCK_HEADER + 3] ^= 1;
    store.replace(delta, bytes);
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> Entries.values(restored, "a", 0));
    assertThat(
        e.getMessage(),
        containsString(delta + " in memory is damaged in the block at byte 16. Start again"));
  }

  @Test
  void aCopyUnderAnotherNameIsPassedOver() throws IOException {
    String manifest = last(store, "m-", 0);
    store.replace(manifest.replace("m-0000000001", "m-0000000009"), store.read(manifest));
    assertThat(restored(store), is(ALL));
  }

  @Test
  void aNewerFormatIsRefused() {
    String manifest = last(store, "m-", 0);
    forge(manifest, text -> text.replace("\"format\":3", "\"format\":4"));
    assertThat(
        refusal(store).getMessage(),
        containsString(manifest + " has format 4, and this version of the runner reads up to 3"));
  }

  /** Changes the header of the newest data file, and makes the checksum of it right again. */
  private String forgeHeader(int at, int value) {
    String data = last(store, "d-", 0);
    byte[] bytes = store.read(data);
    String before = checksum(bytes);
    ByteBuffer.wrap(bytes).putInt(at, value);
    store.replace(data, bytes);
    forge(last(store, "m-", 0), text -> text.replace(before, checksum(bytes)));
    return data;
  }

  private static String checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return String.format("%08x", crc.getValue());
  }

  private void leaveTheNewestManifestOnly() {
    String newest = last(store, "m-", 0);
    store.list().stream()
        .filter(name -> name.startsWith("m-") && !name.equals(newest))
        .forEach(store::delete);
  }

  @Test
  void aDataFileOfAnotherKindIsPassedOverAndNamed() throws IOException {
    String data = forgeHeader(4, 0x46494c45);

    assertThat(restored(store.copy()), is(BEFORE));
    leaveTheNewestManifestOnly();
    assertThat(
        refusal(store).getMessage(),
        allOf(
            containsString(
                "its file "
                    + data
                    + " is not a data file of a checkpoint: it begins with 4d424348 46494c45"
                    + " instead of 'MBCHKPNT'"),
            containsString("Bring the named files back")));
  }

  @Test
  void aDataFileOfAFormatThatNobodyHasWrittenIsPassedOverAndNamed() throws IOException {
    String data = forgeHeader(8, 0);

    assertThat(restored(store.copy()), is(BEFORE));
    leaveTheNewestManifestOnly();
    assertThat(
        refusal(store).getMessage(),
        containsString("its file " + data + " has the format 0, which no version has written"));
  }

  @Test
  void aDataFileOfANewerFormatIsRefused() {
    String data = forgeHeader(8, 99);

    assertThat(
        refusal(store).getMessage(),
        is(
            "The checkpoint file "
                + data
                + " in memory has format 99, and this version of the runner reads up to "
                + DataFileHeader.FORMAT
                + ": run the pipeline with the version that wrote it, or a later one"));
  }

  @Test
  void aDataFileTooShortForAHeaderIsNamed() {
    byte[] bytes = new byte[DataFileHeader.BYTES - 1];
    assertThat(
        DataFileHeader.problem("memory", "d", bytes).orElseThrow(),
        is("is not a data file of a checkpoint: it has 15 bytes, fewer than a header"));
  }

  /** Changes a manifest, and makes its checksum right again. */
  private void forge(String manifest, UnaryOperator<String> change) {
    String text = new String(store.read(manifest), UTF_8);
    String before = text.substring(0, text.indexOf('\n') + 1);
    String after = change.apply(before);
    assertThat("there is something to change in " + before, after, is(not(before)));
    byte[] body = after.getBytes(UTF_8);
    CRC32C crc = new CRC32C();
    crc.update(body);
    String trailer = String.format("#%012d %08x\n", body.length, crc.getValue());
    store.replace(manifest, (after + trailer).getBytes(UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "(\"files\":\\[\\[\")[^\"]+; $1../fifo; it names the file '../fifo', which is not the name"
            + " of a data file",
        "(\"files\":\\[\\[\")[^\"]+; $1/dev/zero; it names the file '/dev/zero', which is not",
        "(\"files\":\\[\\[\")[^\"]+; $1d-0000000001/../../x.bin; which is not the name of a data"
            + " file",
        "(\"files\":\\[\\[\")d-([^\"]+)bin; $1m-$2json; which is not the name of a data file",
        "(bin\",)\\d+; $1-7; it names a length of -7 bytes of d-",
        "(bin\",)\\d+; $19223372036854775807; has ",
        "(\"segments\":\\[\\[\\d+,)\\d+; $1-16; bytes at -16 of d-",
        "(\"segments\":\\[\\[\\d+,\\d+,)\\d+; $19223372036854775807; it names 9223372036854775807",
        "(\"history\":\\[\\d+,\\d+,)\\d+; $12147483647; it names 2147483647 bytes at",
        "(\"history\":\\[\\d+,\\d+,)\\d+; $1-1; it names -1 bytes at",
        "(\"history\":\\[)(\\d+,\\d+,\\d+)(.*?\\]); $1$2$3,\"again\":[$2$3; more bytes of d-",
        "(\"parallelism\":)\\d+; $12147483647; it names 2147483647 partitions of 128",
        "(\"keyGroups\":)\\d+; $12147483647; it names 2 partitions of 2147483647 key groups",
        "(\"partition\":)\\d+; $12; it names partition 2 of 2",
        "\"files\":; \"other\":; it cannot be understood",
        "(\"files\":)\\[\\[; $1[null,[; it cannot be understood",
      })
  void whatIsMadeUpInAManifestIsRefusedBeforeAnythingIsOpened(
      String pattern, String by, String problem) throws IOException {
    String newest = last(store, "m-", 0);
    forge(newest, text -> text.replaceFirst(pattern, by));
    assertThat(restored(store.copy()), is(BEFORE));
    store.list().stream()
        .filter(name -> name.startsWith("m-") && !name.equals(newest))
        .forEach(store::delete);
    assertThat(refusal(store).getMessage(), allOf(containsString(newest), containsString(problem)));
  }

  @Test
  void aManifestThatIsTooLongIsNotReadToItsEnd() throws IOException {
    FileName manifest = FileName.parse(last(store, "m-", 0)).orElseThrow();
    ManifestFormat.Broken broken =
        (ManifestFormat.Broken) new ManifestReader(store, 100).read(manifest);
    assertThat(broken.problem(), is("it is longer than the 100 bytes that a manifest may have"));
    assertThat(broken.torn(), is(false));
  }

  @Test
  void aDataFileThatIsTooLongIsNotReadToItsEnd() throws IOException {
    String newest = last(store, "m-", 0);
    ManifestReader reader = new ManifestReader(store);
    ManifestFormat.Whole whole =
        (ManifestFormat.Whole) reader.read(FileName.parse(newest).orElseThrow());
    DataFile file = whole.manifest().files().values().iterator().next();
    store.replace(file.name(), new byte[(int) file.length() + 1]);
    assertThat(
        reader.problem(whole.manifest()).orElseThrow(),
        is("its file " + file.name() + " has more than " + file.length() + " bytes"));
  }

  @Test
  void aFileThatCannotBeReadIsNoReasonToGoBack() {
    FaultyStore faulty = new FaultyStore(store);
    faulty.with(
        (number, operation, file) -> {
          if (operation == FaultyStore.Operation.OPEN && file.startsWith("d-")) {
            throw new IOException("the network is down");
          }
        });
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> SmallPipeline.start(faulty));
    assertThat(e.getMessage(), containsString("the network is down"));
    assertThat("the claim is given up", last(store, "c-", 0).startsWith("c-0000000001"), is(true));
  }
}
