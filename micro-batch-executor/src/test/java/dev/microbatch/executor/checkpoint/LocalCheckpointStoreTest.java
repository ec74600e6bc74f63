package dev.microbatch.executor.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A directory on local disk belongs to one pipeline. */
class LocalCheckpointStoreTest {

  @TempDir private Path temp;

  private static CheckpointException refusal(Path directory) {
    return assertThrows(CheckpointException.class, () -> LocalCheckpointStore.open(directory));
  }

  @Test
  void aDirectoryInUseIsRefusedWithinTheProcess() throws IOException {
    Path link =
        Files.createSymbolicLink(temp.resolve("link"), Files.createDirectory(temp.resolve("dir")));
    CheckpointStore store = LocalCheckpointStore.open(temp.resolve("dir"));
    for (int i = 0; i < 2; i++) {
      assertThat(
          refusal(link).getMessage(), containsString("Another pipeline of this process uses"));
    }
    store.close();
    store.close();
    LocalCheckpointStore.open(link).close();
  }

  @Test
  void aDirectoryInUseByAnotherProcessIsRefused() throws Exception {
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Holder.class.getName(),
                temp.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(holder.getInputStream().read(), is((int) '+'));
      assertThat(
          refusal(temp).getMessage(),
          containsString("Another process uses the checkpoint directory " + temp));
      holder.getOutputStream().close();
      assertThat(holder.waitFor(), is(0));
      LocalCheckpointStore.open(temp).close();
    } finally {
      holder.destroyForcibly();
    }
  }

  /** Holds a directory until its input ends. */
  static final class Holder {
    private Holder() {}

    @SuppressWarnings("SystemOut") // is how it tells
    public static void main(String[] args) throws IOException {
      try (CheckpointStore store = LocalCheckpointStore.open(Path.of(args[0]))) {
        System.out.write('+');
        System.out.flush();
        while (System.in.read() >= 0) {}
      }
    }
  }

  @Test
  void aFileInItsPlaceIsRefused() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    assertThat(refusal(file).getMessage(), containsString(file + " is a file: name a directory"));
    assertThat(refusal(file.resolve("below")).getMessage(), containsString("cannot be written"));
  }

  @Test
  void anUnwritableDirectoryIsRefused() {
    assertThat(temp.toFile().setWritable(false), is(true));
    assumeFalse(Files.isWritable(temp), "this user may write anywhere");
    assertThat(refusal(temp).getMessage(), containsString(temp + " cannot be written"));
    assertThat(
        refusal(temp.resolve("below")).getMessage(), containsString("give this user the right"));
  }

  /** The class files of the JDK are a filesystem that nobody can write. */
  @Test
  void aDirectoryOnAReadOnlyFilesystemIsRefusedWithoutAdviceToGiveRights() {
    Path readOnly = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/checkpoints");

    assertThat(
        refusal(readOnly).getMessage(),
        allOf(
            containsString(readOnly + " cannot be written"),
            containsString("read-only filesystem"),
            not(containsString("right"))));
  }

  @Test
  void aRefusedDirectoryMayBeUsedLater() throws IOException {
    Path directory = Files.createDirectory(temp.resolve("dir"));
    Path lock = Files.createDirectory(directory.resolve(DirectoryLock.FILE));
    assertThat(refusal(directory).getMessage(), containsString("cannot be written"));
    Files.delete(lock);
    LocalCheckpointStore.open(directory).close();
  }

  @Test
  void aLogThatCannotBeOpenedReleasesTheDirectory() throws IOException {
    try (SmallPipeline pipeline = SmallPipeline.start(LocalCheckpointStore.open(temp))) {
      pipeline.commit();
    }
    List<Path> data;
    try (var files = Files.newDirectoryStream(temp, "d-*")) {
      data = List.of(files.iterator().next());
    }
    Files.write(data.get(0), new byte[3]);
    CheckpointStore store = LocalCheckpointStore.open(temp);
    assertThrows(CheckpointException.class, () -> CheckpointLog.open(store, 2));
    try (CheckpointStore again = LocalCheckpointStore.open(temp)) {
      assertThat(again.list().contains(DirectoryLock.FILE), is(false));
      assertThat(again.list().isEmpty(), is(false));
    }
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void whatIsMadeIsReadableByNobodyElse() throws IOException {
    assumeTrue(temp.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Path parent = temp.resolve("parent");
    Path usual = Files.createDirectory(temp.resolve("usual"));
    Path directory = parent.resolve("dir");
    try (SmallPipeline pipeline = SmallPipeline.start(LocalCheckpointStore.open(directory))) {
      pipeline.commit();
    }
    assertThat(permissions(parent), is(permissions(usual)));
    assertThat(permissions(directory), is("rwx------"));
    try (var files = Files.newDirectoryStream(directory)) {
      int count = 0;
      for (Path file : files) {
        assertThat(file.toString(), permissions(file), is("rw-------"));
        count++;
      }
      assertThat("claim, lock, data, manifest", count, is(4));
    }
  }

  @Test
  void aDirectoryThatOthersCanReadIsLeftAsItIsWithOneWarning() throws IOException {
    assumeTrue(temp.getFileSystem().supportedFileAttributeViews().contains("posix"));
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-x---"));
    List<String> warnings = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            warnings.add(new SimpleFormatter().formatMessage(entry));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(LocalCheckpointStore.class.getName());
    logger.addHandler(handler);
    try {
      LocalCheckpointStore.open(temp).close();
      LocalCheckpointStore.open(temp).close();
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(permissions(temp), is("rwxr-x---"));
    assertThat(warnings, hasSize(1));
    assertThat(warnings.get(0), containsString(temp + " (rwxr-x---)"));
  }

  @Test
  void filesAreMadeAsUsualWhereThereAreNoPermissions() throws IOException {
    URI zip = URI.create("jar:" + temp.resolve("files.zip").toUri());
    try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Path directory = files.getPath("/parent/dir");
      PrivateFiles.createDirectory(directory);
      PrivateFiles.createDirectory(directory);
      Path file = directory.resolve("file");
      PrivateFiles.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))
          .close();
      assertThat(Files.exists(file), is(true));
      assertThat(PrivateFiles.openness(directory), is(Optional.empty()));
    }
  }

  /** To open a pipe waits until somebody writes to it, and this device never ends. */
  @ParameterizedTest
  @CsvSource({
    "d-, pipe, is not a regular file", "d-, device, is not a regular file",
    "m-, pipe, it is not a regular file", "m-, device, it is not a regular file",
    "m-, directory, it is not a regular file",
  })
  @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
  void whatIsNoFileIsNotOpened(String kind, String what, String problem) throws Exception {
    try (SmallPipeline pipeline = SmallPipeline.start(LocalCheckpointStore.open(temp))) {
      pipeline.commit();
    }
    Path file;
    try (var files = Files.newDirectoryStream(temp, kind + "*")) {
      file = files.iterator().next();
    }
    Files.delete(file);
    switch (what) {
      case "pipe" ->
          assumeTrue(new ProcessBuilder("mkfifo", file.toString()).start().waitFor() == 0);
      case "device" -> Files.createSymbolicLink(file, Path.of("/dev/zero"));
      default -> Files.createDirectory(file);
    }
    CheckpointException e =
        assertThrows(
            CheckpointException.class, () -> SmallPipeline.start(LocalCheckpointStore.open(temp)));
    assertThat(e.getMessage(), containsString(String.valueOf(file.getFileName())));
    assertThat(e.getMessage(), containsString(problem));
  }

  @Test
  @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
  void aLockThatIsNoFileIsNotOpened() throws Exception {
    Path lock = temp.resolve(DirectoryLock.FILE);
    assumeTrue(new ProcessBuilder("mkfifo", lock.toString()).start().waitFor() == 0);
    assertThat(refusal(temp).getMessage(), containsString(lock + ": is not a regular file"));
  }

  @Test
  void theLockFileIsNotListed() throws IOException {
    try (CheckpointStore store = LocalCheckpointStore.open(temp)) {
      assertThat(store.list(), is(Set.of()));
      assertThat(Files.exists(temp.resolve(DirectoryLock.FILE)), is(true));
    }
  }
}
