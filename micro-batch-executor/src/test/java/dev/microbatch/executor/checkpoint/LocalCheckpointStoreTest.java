package dev.microbatch.executor.checkpoint;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.is;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void theLockFileIsNotListed() throws IOException {
    try (CheckpointStore store = LocalCheckpointStore.open(temp)) {
      assertThat(store.list(), is(Set.of()));
      assertThat(Files.exists(temp.resolve(DirectoryLock.FILE)), is(true));
    }
  }
}
