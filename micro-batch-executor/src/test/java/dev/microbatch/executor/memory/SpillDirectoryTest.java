package dev.microbatch.executor.memory;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpillDirectoryTest {

  @TempDir Path temp;

  /** A disk of which the type and the room can be said. */
  private static final class SmallDisk implements SpillDirectory.Disk {
    private final LocalDisk disk = new LocalDisk();
    private long free = Long.MAX_VALUE;
    private String type = "ext4";

    @Override
    public long free(Path directory) {
      return free;
    }

    @Override
    public String type(Path directory) {
      return type;
    }

    @Override
    public Handle create(Path file) throws IOException {
      Handle handle = disk.create(file);
      return new Handle() {
        @Override
        public void write(long position, byte[] bytes, int offset, int count) throws IOException {
          if (count > free) {
            throw new IOException("No space left on device");
          }
          handle.write(position, bytes, offset, count);
        }

        @Override
        public void read(long position, byte[] bytes, int offset, int count) throws IOException {
          handle.read(position, bytes, offset, count);
        }

        @Override
        public void close() throws IOException {
          handle.close();
        }
      };
    }
  }

  private final SmallDisk disk = new SmallDisk();

  private SpillDirectory open(Path base) {
    return SpillDirectory.open(base, true, disk);
  }

  private static List<Path> in(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> !file.getFileName().toString().equals("LOCK")).toList();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String read(SpillFile file, long position, int count) {
    byte[] bytes = new byte[count];
    file.read(position, bytes, 0, count);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void whatIsWrittenIsReadAndNobodyElseMayReadIt() throws IOException {
    Path base = temp.resolve("new/spill");
    try (SpillDirectory directory = open(base)) {
      SpillFile file = directory.create(10);
      file.write(bytes("hello "), 0, 6);
      file.write(bytes("world"), 0, 5);
      assertThat(file.length(), is(11L));
      assertThat(read(file, 4, 4), is("o wo"));
      for (Path each : List.of(base, directory.path())) {
        assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(each)), is("rwx------"));
      }
      assertThat(
          PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())),
          is("rw-------"));
    }
    assertThat(in(base), empty());
  }

  @Test
  void aFileIsDeletedWhenNobodyHoldsIt() throws IOException {
    try (SpillDirectory directory = open(temp)) {
      SpillFile file = directory.create(1);
      file.write(bytes("x"), 0, 1);
      file.retain();
      file.release();
      assertThat(read(file, 0, 1), is("x"));
      file.release();
      assertThat(in(directory.path()), empty());
    }
  }

  @Test
  void afterTheEndAFileSaysWhyItIsGone() {
    SpillDirectory directory = open(temp);
    SpillFile file = directory.create(1);
    file.write(bytes("x"), 0, 1);
    directory.close();
    directory.close();
    SpillException gone = assertThrows(SpillException.class, () -> read(file, 0, 1));
    assertThat(gone.getMessage(), containsString("after their pipeline had ended"));
    file.release();
    assertThrows(SpillException.class, () -> directory.create(1));
  }

  @Test
  void anInterruptedThreadReadsAndWrites() {
    try (SpillDirectory directory = open(temp)) {
      SpillFile file = directory.create(1);
      Thread.currentThread().interrupt();
      file.write(bytes("x"), 0, 1);
      assertThat(read(file, 0, 1), is("x"));
      assertThat(Thread.interrupted(), is(true));
      assertThat(read(file, 0, 1), is("x"));
    }
  }

  @Test
  void twoThatUseOneDirectoryDoNotDisturbEachOther() {
    SpillDirectory one = open(temp);
    SpillFile file = one.create(1);
    file.write(bytes("x"), 0, 1);
    try (SpillDirectory other = open(temp)) {
      assertThat(other.path(), is(not(one.path())));
    }
    assertThat(read(file, 0, 1), is("x"));
    one.close();
  }

  /** Uses a directory until it is killed. */
  static final class Other {
    private Other() {}

    /** Says which directory it uses, and waits. */
    public static void main(String[] args) throws Exception {
      SpillDirectory directory = SpillDirectory.open(Path.of(args[0]), true);
      directory.create(1).write(bytes("x"), 0, 1);
      System.out.println("uses " + directory.path());
      System.in.read();
    }
  }

  @Test
  void whatAKilledProcessHasLeftIsDeletedAndWhatALivingOneUsesIsNot() throws Exception {
    Path base = temp.resolve("spill");
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                Other.class.getName(),
                base.toString())
            .redirectErrorStream(true)
            .start();
    try {
      String line = other.inputReader().readLine();
      assertThat(line, containsString("uses "));
      Path used = Path.of(line.substring("uses ".length()));
      open(base).close();
      assertThat("it is alive", in(used).size(), is(1));
      other.destroyForcibly().waitFor();
      assertThat("it could not", in(used).size(), is(1));
      open(base).close();
      assertThat(in(base), empty());
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void whatSomebodyElseKeepsThereIsLeftAlone() throws IOException {
    Path mine = Files.createDirectories(temp.resolve("spill-mine"));
    Files.writeString(mine.resolve("file"), "mine");
    Path like = Files.createDirectories(temp.resolve("spill-1-2-" + "0".repeat(36)));
    Files.writeString(like.resolve("file"), "not ours: there is no lock");
    Path target = Files.createDirectories(temp.resolve("target"));
    Files.writeString(target.resolve("LOCK"), "");
    Files.createSymbolicLink(temp.resolve("spill-3-4-" + "0".repeat(36)), target);
    open(temp).close();
    assertThat(Files.exists(mine.resolve("file")), is(true));
    assertThat(Files.exists(like.resolve("file")), is(true));
    assertThat(Files.exists(target.resolve("LOCK")), is(true));
  }

  @Test
  void memoryIsRefusedUnlessItIsAskedFor() {
    disk.type = "tmpfs";
    SpillException refused =
        assertThrows(SpillException.class, () -> SpillDirectory.open(temp, false, disk));
    assertThat(
        refused.getMessage(),
        allOf(containsString(temp.toString()), containsString("it is a tmpfs, which is memory")));
    SpillDirectory.open(temp, true, disk).close();
  }

  @Test
  void aDirectoryWithoutRoomIsRefused() {
    disk.free = (1L << 30) - 1;
    SpillException refused = assertThrows(SpillException.class, () -> open(temp));
    assertThat(refused.getMessage(), containsString("only 1023 MB are free"));
  }

  @Test
  void aDirectoryThatCannotBeWrittenIsRefused() throws IOException {
    Path closed = Files.createDirectory(temp.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-x------"));
    assumeTrue(!Files.isWritable(closed), "root may write everywhere");
    SpillException refused = assertThrows(SpillException.class, () -> open(closed));
    assertThat(refused.getMessage(), containsString("this process may not write there"));
  }

  @Test
  void aFileInPlaceOfADirectoryIsRefused() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "x");
    SpillException refused = assertThrows(SpillException.class, () -> open(file));
    assertThat(refused.getMessage(), containsString(file.toString()));
    assertThrows(SpillException.class, () -> open(file.resolve("below")));
  }

  @Test
  void aRunThatDoesNotFitIsRefusedBeforeItIsBegun() throws IOException {
    try (SpillDirectory directory = open(temp)) {
      disk.free = SpillDirectory.RESERVE + 100;
      directory.create(100);
      NoSpaceException refused = assertThrows(NoSpaceException.class, () -> directory.create(101));
      assertThat(
          refused.getMessage(),
          allOf(
              containsString(directory.path().toString()),
              containsString("101 bytes are to be written"),
              containsString("100 are free"),
              containsString("spillDir")));
      assertThat(in(directory.path()).size(), is(1));
    }
  }

  @Test
  void aDiskThatFillsUpMeanwhileIsNamed() {
    try (SpillDirectory directory = open(temp)) {
      SpillFile file = directory.create(1);
      disk.free = 3;
      NoSpaceException full =
          assertThrows(NoSpaceException.class, () -> file.write(bytes("1234"), 0, 4));
      assertThat(
          full.getMessage(),
          allOf(containsString("4 bytes are to be written"), containsString("3 are free")));
      file.write(bytes("123"), 0, 3);
      assertThat("what was not written does not count", file.length(), is(3L));
    }
  }
}
