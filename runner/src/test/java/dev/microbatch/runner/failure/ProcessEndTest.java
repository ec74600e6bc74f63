package dev.microbatch.runner.failure;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessEndTest {

  /** How {@link Process} reports a process that was ended by signal 15. */
  private static final int SIGTERMED = 128 + 15;

  @TempDir private Path directory;

  @Test
  void aStepThatExitsEndsTheProcessWithItsCode() throws Exception {
    try (ChildJvm child = start("--exitCode=42")) {
      ChildJvm.Ended ended = child.await();

      assertThat(ended.output(), ended.exitCode(), is(42));
    }
  }

  @Test
  void terminatingTwiceEndsTheProcessOnce() throws Exception {
    try (ChildJvm child = start()) {
      awaitRecords();

      child.terminate();
      child.terminate();

      ChildJvm.Ended ended = child.await();
      assertThat(ended.output(), ended.exitCode(), is(SIGTERMED));
    }
  }

  @Test
  void cancellingWhileTheProcessEndsDoesNotHoldItUp() throws Exception {
    try (ChildJvm child = start("--blockOnRun=false", "--cancelled=true")) {
      awaitRecords();

      child.terminate();

      ChildJvm.Ended ended = child.await();
      assertThat(ended.output(), ended.exitCode(), is(SIGTERMED));
    }
  }

  private ChildJvm start(String... args) throws IOException {
    String[] all = new String[args.length + 3];
    all[0] = "--runner=MicroBatchRunner";
    all[1] = "--checkpointDir=" + directory.resolve("checkpoint");
    all[2] = "--flowing=" + directory.resolve("flowing");
    System.arraycopy(args, 0, all, 3, args.length);
    return ChildJvm.start("200m", Exiting.class, directory.resolve("log"), all);
  }

  private void awaitRecords() throws IOException, InterruptedException {
    try (WatchService watch = directory.getFileSystem().newWatchService()) {
      directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      while (!Files.exists(directory.resolve("flowing"))) {
        watch.take().reset();
      }
    }
  }
}
