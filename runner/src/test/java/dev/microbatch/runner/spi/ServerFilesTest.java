package dev.microbatch.runner.spi;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerFilesTest {

  @TempDir Path home;
  private Path directory;
  private ServerFiles files;

  @BeforeEach
  void setUp() {
    directory = home.resolve("state").resolve("microbatch");
    files = new ServerFiles(directory);
  }

  private static ServerFile here(int port) {
    return ServerFile.ofThisProcess("127.0.0.1", port, "0123456789abcdef");
  }

  /** A process that has ended, and whose number no other has yet. */
  private static long deadPid() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version")
            .redirectErrorStream(true)
            .start();
    process.getInputStream().readAllBytes();
    process.onExit().join();
    return process.pid();
  }

  @Test
  void whatIsWrittenIsFound() throws IOException {
    files.write(here(8077));
    assertThat(files.list(), contains(here(8077)));
  }

  @Test
  void nobodyElseCanRead() throws IOException {
    files.write(here(8077));
    Path file = directory.resolve(ProcessHandle.current().pid() + ".json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), is("rw-------"));
    assertThat(
        PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)), is("rwx------"));
  }

  @Test
  void aDirectoryThatOthersCouldReadIsClosed() throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
    files.write(here(8077));
    assertThat(
        PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)), is("rwx------"));
  }

  @Test
  void aLaterServerOfTheProcessReplacesTheEarlier() throws IOException {
    files.write(here(1));
    files.write(here(2));
    assertThat(files.list(), contains(here(2)));
  }

  @Test
  void onlyItsOwnFileIsDeleted() throws IOException {
    files.write(here(1));
    files.delete(here(2));
    assertThat(files.list(), contains(here(1)));
    files.delete(here(1));
    files.delete(here(1));
    assertThat(files.list(), is(empty()));
  }

  @Test
  void filesOfProcessesThatAreGoneAreSwept() throws IOException {
    long pid = deadPid();
    ServerFile gone = new ServerFile(pid, null, Machine.name(), "127.0.0.1", 1, "0123456789abcdef");
    files.write(gone);
    Path file = directory.resolve(pid + ".json");
    assertThat(Files.exists(file), is(true));
    assertThat(files.list(), is(empty()));
    assertThat(Files.exists(file), is(false));
  }

  @Test
  void aProcessThatHasTheNumberOfAnotherIsNotTakenForIt() throws IOException {
    long pid = ProcessHandle.current().pid();
    files.write(new ServerFile(pid, 1L, Machine.name(), "127.0.0.1", 1, "0123456789abcdef"));
    assertThat(files.list(), is(empty()));
    assertThat(Files.exists(directory.resolve(pid + ".json")), is(false));
  }

  @Test
  void filesOfOtherMachinesAreLeftAlone() throws IOException {
    files.write(new ServerFile(1L << 40, 1L, "elsewhere", "127.0.0.1", 1, "0123456789abcdef"));
    assertThat(files.list(), is(empty()));
    assertThat(Files.exists(directory.resolve((1L << 40) + ".json")), is(true));
  }

  @Test
  void whatIsNotOursIsNeitherReadNorDeleted() throws IOException {
    files.write(here(8077));
    List<String> others = List.of("1.json", "2.json", "3.json", "4.json");
    Files.writeString(directory.resolve("1.json"), "{");
    Files.writeString(directory.resolve("2.json"), "null");
    Files.writeString(directory.resolve("3.json"), "{\"pid\":4}");
    Files.createSymbolicLink(directory.resolve("4.json"), home.resolve("nowhere"));
    Files.createDirectory(directory.resolve("5.json"));
    Files.writeString(directory.resolve("6.json"), " ".repeat(100_000));
    assertThat(files.list(), contains(here(8077)));
    for (String other : others) {
      assertThat(
          other, Files.exists(directory.resolve(other), LinkOption.NOFOLLOW_LINKS), is(true));
    }
  }

  @Test
  void theTokenIsNotInWhatIsPrinted() {
    assertThat(here(1).toString(), not(containsString("0123456789abcdef")));
  }

  @Test
  void theDirectoryIsWhereTheSystemWantsIt() {
    assertThat(
        ServerFiles.directory(Map.of(), "/home/ada", "Linux"),
        is(Path.of("/home/ada/.local/state/microbatch")));
    assertThat(
        ServerFiles.directory(Map.of("XDG_STATE_HOME", "/state"), "/home/ada", "Linux"),
        is(Path.of("/state/microbatch")));
    assertThat(
        ServerFiles.directory(Map.of(), "/Users/ada", "Mac OS X"),
        is(Path.of("/Users/ada/Library/Application Support/microbatch")));
    assertThat(
        ServerFiles.directory(Map.of("LOCALAPPDATA", "/local"), "/ada", "Windows 11"),
        is(Path.of("/local/microbatch")));
    assertThat(
        ServerFiles.directory(Map.of(), "?", "Linux"),
        is(Path.of(System.getProperty("java.io.tmpdir"), "microbatch-state", "microbatch")));
  }

  @Test
  void nothingIsFoundWhereThereIsNoDirectory() throws IOException {
    assertThat(files.list(), is(empty()));
    assertThat(Files.exists(directory), is(false));
  }
}
